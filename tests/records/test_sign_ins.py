"""Signing in, where several try at once: no more tries than the limit, however they come."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from ivr.records import sign_ins, users
from ivr.records.db import Database
from ivr.records.sign_ins import FAILURES, Attempt
from tests.drivers import BEGIN

PASSWORD = "eight-oak-trees"


def test_tries_at_the_same_moment_are_counted_too(database: Database) -> None:
    with database.writing() as connection:
        users.add(connection, "xian", "county", None, users.hashed(PASSWORD, "xian"), BEGIN)

    def tried(n: int) -> Attempt:
        return sign_ins.sign_in(database, "xian", f"wrong password {n}", "key", BEGIN)

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(tried, range(3 * FAILURES)))
    assert told == {Attempt(): FAILURES, Attempt(is_closed=True): 2 * FAILURES}
    assert sign_ins.sign_in(database, "xian", PASSWORD, "key", BEGIN).is_closed
    assert not sign_ins.sign_in(database, "hedong", PASSWORD, "key", BEGIN).is_closed


def test_a_new_password_ends_a_sign_in_of_the_same_moment(database: Database) -> None:
    with database.writing() as connection:
        users.add(connection, "xian", "county", None, users.hashed(PASSWORD, "xian"), BEGIN)
    new = users.hashed("nine-oak-trees", "xian")
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            users.set_password(connection, "xian", new, BEGIN)
            signing_in = pool.submit(sign_ins.sign_in, database, "xian", PASSWORD, "key", BEGIN)
            time.sleep(0.5)  # it is as far as it comes
        assert signing_in.result() == Attempt()
