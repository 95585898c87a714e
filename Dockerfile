# syntax=docker/dockerfile:1
# docker build -t gidsfunctie .      Then, in this order (compose.yaml does it):
# gids db upgrade, gids catalogue import, gids serve; and beside it gids worker, without which no mail
# and no webhook goes out. The service never migrates by itself.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock requirements-node.lock ./
RUN python -m venv /opt/gids \
    && python -m venv /opt/build \
    && /opt/gids/bin/pip install --require-hashes --only-binary :all: -r requirements.lock \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-node.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY frontend frontend
# The Python of the service makes the types, with the Node of the other virtualenv.
RUN PYTHONPATH=$(echo /opt/build/lib/python3.*/site-packages) /opt/gids/bin/python frontend/build.py
# pip goes last: what runs has no use for it.
RUN /opt/build/bin/hatchling build -t wheel -d /dist \
    && /opt/gids/bin/pip install --no-index --no-deps /dist/*.whl \
    && /opt/gids/bin/pip uninstall --yes pip

FROM python:3.13-slim
# The Python of this image brings a pip too, and what would put it back.
RUN pip uninstall --yes pip \
    && rm -r "$(python -c 'import ensurepip; print(*ensurepip.__path__)')"
ENV PATH=/opt/gids/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 GIDS_HOST=0.0.0.0
COPY --from=build /opt/gids /opt/gids
# The only place written to (erasure list, mail of the demo, embedded database): everything else may be read-only.
RUN install -d -o 65532 -g 65532 -m 0700 /srv/gids/var
WORKDIR /srv/gids
VOLUME /srv/gids/var
USER 65532:65532
EXPOSE 8000
# What `gids health` asks, without the seconds that importing the service takes on a busy machine.
HEALTHCHECK --interval=10s --timeout=10s --start-period=20s --retries=3 CMD ["python", "-c", "\
import os, urllib.request as u; \
u.build_opener(u.ProxyHandler({})).open(\
'http://127.0.0.1:' + os.environ.get('GIDS_PORT', '8000') + '/v1/health/ready', timeout=9)"]
ENTRYPOINT ["gids"]
CMD ["serve"]
