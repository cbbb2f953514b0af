"""What pandas, polars, pyarrow, DuckDB and pm4py read in one event log, each where it is installed: all the same, and nothing lost.

pandas and pyarrow are always there; they alone hold the facts of the format.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas
import pyarrow.csv
import pyarrow.dataset
import pytest
from pyarrow import parquet

from refund_fsm.text import SHANGHAI
from tests.samples import at
from tests.simulate.sample.playing import played

CASES = 120
HALF_WAY = at("2026-02-14 00:00")
CASE, EVENT, WHEN = "case:concept:name", "concept:name", "time:timestamp"
Read = tuple[list[str], list[str], list[datetime], list[bool]]  # of each row: the case, the event, the instant, a fact
FACT = "case:has_evidence"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("logs")
    found = {suffix: folder / f"log.{suffix}" for suffix in ("parquet", "csv")}
    for path in found.values():
        played(cases=CASES, log=path)
    return found


def _pandas(path: Path) -> Read:
    frame = pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_csv(path, parse_dates=[WHEN])
    return frame[CASE].tolist(), frame[EVENT].tolist(), [one.to_pydatetime() for one in frame[WHEN]], frame[FACT].tolist()


def _pyarrow(path: Path) -> Read:
    table = parquet.read_table(path) if path.suffix == ".parquet" else pyarrow.csv.read_csv(path)
    stamps = [one.as_py() for one in table.column(WHEN)]
    return table.column(CASE).to_pylist(), table.column(EVENT).to_pylist(), stamps, table.column(FACT).to_pylist()


def _polars(path: Path) -> Read:
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(path) if path.suffix == ".parquet" else polars.read_csv(path, try_parse_dates=True)
    return frame[CASE].to_list(), frame[EVENT].to_list(), frame[WHEN].to_list(), frame[FACT].to_list()


def _duckdb(path: Path) -> Read:
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.sql(f"""select "{CASE}", "{EVENT}", "{WHEN}"::timestamptz, "{FACT}" from '{path}'""").fetchall()
    one, two, three, four = (list(column) for column in zip(*rows, strict=True))
    return one, two, three, four


READERS: dict[str, Callable[[Path], Read]] = {"pandas": _pandas, "pyarrow": _pyarrow, "polars": _polars, "duckdb": _duckdb}


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_the_same(reader: str, suffix: str, logs: dict[str, Path]) -> None:
    cases, events, stamps, facts = READERS[reader](logs[suffix])
    assert all(type(one) is str for one in cases) and cases == sorted(cases) and cases[0] == "C000000000"
    assert {type(one) for one in facts} == {bool}
    with_the_others = parquet.read_table(logs["parquet"])
    assert (cases, events, facts) == tuple(with_the_others.column(name).to_pylist() for name in (CASE, EVENT, FACT))
    assert stamps == [one.as_py() for one in with_the_others.column(WHEN)], "instants, whatever the zone they are shown in"


def test_parquet_holds_nanoseconds_with_the_zone_and_plain_text(logs: dict[str, Path]) -> None:
    schema = parquet.read_schema(logs["parquet"])
    assert str(schema.field(WHEN).type) == "timestamp[ns, tz=Asia/Shanghai]"
    assert {str(schema.field(name).type) for name in (CASE, EVENT, "state", "rule", "org:resource", "case:policy")} == {"string"}
    column = parquet.ParquetFile(logs["parquet"]).schema.column(2)
    assert "nanoseconds" in str(column.logical_type) and "isAdjustedToUTC=true" in str(column.logical_type)
    assert str(pandas.read_parquet(logs["parquet"])[WHEN].dtype) == "datetime64[ns, Asia/Shanghai]"


def test_a_csv_says_instants_as_iso_has_them_and_readers_find_them(logs: dict[str, Path]) -> None:
    first = logs["csv"].read_text(encoding="utf-8").splitlines()[1]
    assert first.startswith('"C000000000","contact_support","2026-') and '+08:00"' in first
    assert str(pyarrow.csv.read_csv(logs["csv"]).schema.field(WHEN).type) == "timestamp[s, tz=UTC]"


def test_instants_of_the_library_compare_with_those_of_its_files(logs: dict[str, Path]) -> None:
    """In the readers' own filters, where a zone by its offset alone is refused."""
    path = logs["parquet"]
    frame = pandas.read_parquet(path)
    expected = int((frame[WHEN] < HALF_WAY).sum())
    assert 0 < expected < len(frame)
    assert parquet.read_table(path, filters=pyarrow.dataset.field(WHEN) < HALF_WAY).num_rows == expected
    assert len(pandas.read_parquet(path, filters=[(WHEN, "<", HALF_WAY)])) == expected
    assert str(pyarrow.scalar(HALF_WAY).type) == "timestamp[us, tz=Asia/Shanghai]" and HALF_WAY.tzinfo is SHANGHAI


def test_instants_of_the_library_compare_with_those_of_its_files_in_polars(logs: dict[str, Path]) -> None:
    polars = pytest.importorskip("polars")
    lazy = polars.scan_parquet(logs["parquet"]).filter(polars.col(WHEN) < HALF_WAY)
    assert lazy.collect().height == int((pandas.read_parquet(logs["parquet"])[WHEN] < HALF_WAY).sum())


def test_pm4py_finds_batches_at_the_seconds_of_the_log(logs: dict[str, Path]) -> None:
    """It takes every column of instants for nanoseconds: in one of milliseconds, days are less than the fifteen minutes that it allows."""
    frame = pandas.read_parquet(logs["parquet"])
    seconds = {stamp.timestamp() for stamp in frame[WHEN]}
    found = _batches(frame)
    assert len(found) > 10 and {bound for batch in found for bound in batch} <= seconds
    coarse = _batches(frame.assign(**{WHEN: frame[WHEN].astype("datetime64[ms, Asia/Shanghai]")}))
    assert len(coarse) < len(found) and not {bound for batch in coarse for bound in batch} & seconds


def _batches(frame: Any) -> list[tuple[float, float]]:
    """When each batch that pm4py finds begins and ends, in seconds since 1970."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pm4py = pytest.importorskip("pm4py")
        told = pm4py.discover_batches(frame)
    return [(batch[0], batch[1]) for _, _, kinds in told for batches in kinds.values() for batch in batches]
