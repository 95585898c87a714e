"""The service as a whole: how soon it is ready, and what it takes."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench import questions
from bench.answers import real
from bench.figures import Plan, Row
from bench.load import Load, Order
from bench.processes import MIB, Server
from bench.questions import Request
from tests.mcp_clients import Call, official, official_of_old

TOOLS: tuple[Call, ...] = (
    ("search_provisions", {"q": "omscholen"}),
    ("get_provision", {"provisionId": "schoonmaak-loopbaancheck"}),
    ("check_provisions", {"originSector": "schoonmaak"}),
    ("resolve_sector", {"said": "de kassen"}),
    ("explain_gidsfunctie", {"municipality": "Rotterdam"}),
)


def start(plan: Plan) -> Iterator[Row]:
    """Start, until the service says that it is ready."""
    took, cpu = [], []
    for _ in range(plan.rounds + 1):
        with real(plan) as (server, _):
            took.append(server.seconds_to_ready)
            cpu.append(server.cpu_seconds)
    del took[0], cpu[0]  # it warmed the disk
    yield Row(
        name="start to ready (s; at most)",
        value=median(took),
        target=1.5,
        at_most=True,
        told=f"{min(took):.2f} to {max(took):.2f}; CPU {median(cpu):.2f} s",
    )


def memory(plan: Plan) -> Iterator[Row]:
    """Weigh a process with the real catalogue that has answered much, and then all kinds of things.

    The first is one that answers what everybody may ask; what intakes by 16 clients at once and
    the SDK of MCP take is told beside it, without a target.
    """
    searches = questions.searches(next(questions.different_queries()))
    with real(plan, "weighed") as (server, _):
        ready = f"{server.memory / MIB:.0f} when it was ready"
        told = (
            ready,
            *(
                _after(plan, server, kind, asked)
                for kind, asked in (
                    ("searches", searches),
                    ("checks", questions.checks()),
                )
            ),
        )
        yield Row(
            name="memory of a process, open questions (MiB; at most)",
            value=server.memory / MIB,
            target=150,
            at_most=True,
            told=", ".join(told),
        )
        kept = _after(plan, server, "intakes", questions.intakes())
        _ask_as_chatbots(server)
        yield Row(
            name="memory of a process, all it does (MiB; at most)",
            value=server.memory / MIB,
            at_most=True,
            told=f"{kept}, then each of {len(TOOLS)} tools over MCP, in both eras",
        )


def _after(plan: Plan, server: Server, kind: str, asked: Sequence[Request]) -> str:
    """Ask for some seconds; tell what the server weighs then."""
    load = Load.on(server.url, asked, seconds=plan.seconds, order=Order.ANY, once_only=True)
    answered = len(load.heard().served())
    return f"{server.memory / MIB:.0f} after {answered:,} {kind}"


def _ask_as_chatbots(server: Server) -> None:
    """Use every tool, in the protocol of today and of before.

    Raises:
        RuntimeError: a tool did not answer.

    """
    for talk in (official, official_of_old):
        for (name, _), answer in zip(TOOLS, talk(f"{server.url}/mcp", TOOLS).answers, strict=True):
            if answer["isError"]:
                raise RuntimeError(f"{name} answered {answer['content']}")
