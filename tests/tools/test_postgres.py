"""The PostgreSQL that tests get is a real one, and each test's database is its own."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.tools.postgres import Postgres


def count_people(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
    engine.dispose()
    return int(found)


def test_a_test_gets_an_empty_database_of_a_real_server(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
        tables = connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        ).scalar_one()
    engine.dispose()
    assert int(version) >= 140000
    assert tables == 0


def test_what_is_prepared_once_is_copied_and_copies_do_not_share_rows(postgres: Postgres) -> None:
    prepared = []

    def prepare(url: str) -> None:
        prepared.append(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE person AS SELECT generate_series(1, 3) AS id"))
        engine.dispose()

    first, second = postgres.fresh(prepare), postgres.fresh(prepare)
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM person"))
    engine.dispose()

    assert len(prepared) == 1
    assert (count_people(first), count_people(second)) == (0, 3)


def test_a_dropped_database_is_gone_even_while_someone_is_connected(postgres: Postgres) -> None:
    url = postgres.fresh()
    name = url.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname=name) as connection:
        postgres.drop(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
