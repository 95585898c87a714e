"""The server that other tests trust: it starts, survives a crash and leaves nothing behind."""

import os
import pwd
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.postgres import SERVICE, Cluster


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster.start(durable=True)
    yield cluster
    cluster.stop()


def ask(address: str, question: str) -> object:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def test_what_is_acknowledged_survives_a_kill(cluster):
    address = cluster.create_database("survives")
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE promise (kept int)")
        connection.execute("INSERT INTO promise VALUES (1)")
        connection.commit()
        connection.execute("INSERT INTO promise VALUES (2)")
        cluster.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
    cluster.restart()
    assert ask(address, "SELECT sum(kept) FROM promise") == 1


def test_the_address_is_the_same_after_a_restart_of_a_running_server(cluster):
    address = cluster.create_database("again")
    started = ask(address, "SELECT pg_postmaster_start_time()")
    cluster.restart()
    assert cluster.dsn("again", SERVICE) == address
    assert ask(address, "SELECT pg_postmaster_start_time()") != started


def test_a_durable_server_keeps_what_makes_it_durable(cluster):
    assert ask(cluster.dsn(), "SHOW fsync") == "on"
    assert ask(cluster.dsn(), "SHOW synchronous_commit") == "on"


def test_a_copy_of_a_template_has_its_tables(cluster):
    template = cluster.create_database("template_with_a_table")
    ask(template, "SELECT count(*) FROM pg_class")
    with psycopg.connect(template.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE shape (id int)")
    copy = cluster.create_database("copied", template="template_with_a_table")
    assert ask(copy, "SELECT count(*) FROM shape") == 0


def test_nothing_is_left_after_stop_and_stopping_twice_is_harmless():
    cluster = Cluster.start()
    directory = Path(str(ask(cluster.dsn(), "SHOW data_directory")))
    assert ask(cluster.dsn(), "SHOW fsync") == "off"
    assert directory.exists()
    cluster.stop()
    cluster.stop()
    assert not directory.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        ask(cluster.dsn(), "SELECT 1")


def test_the_server_never_runs_as_root(cluster):
    directory = Path(str(ask(cluster.dsn(), "SHOW data_directory")))
    expected = os.geteuid() or pwd.getpwnam("nobody").pw_uid
    assert directory.stat().st_uid == expected


def test_a_start_that_fails_says_why_and_leaves_no_directory(monkeypatch):
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        binaries = Path(place, "pg", "bin")
        binaries.mkdir(parents=True)
        initdb = binaries / "initdb"
        initdb.write_text("#!/bin/sh\necho no room here >&2\nexit 1\n")
        initdb.chmod(0o755)
        clusters = Path(place, "clusters")
        clusters.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(clusters))
        monkeypatch.setenv("PG_BIN", str(binaries))
        with pytest.raises(RuntimeError, match="no room here"):
            Cluster.start()
        assert list(clusters.iterdir()) == []
