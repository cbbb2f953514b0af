"""Owns the command `move`: saved cases go over to other rules, all of them or none. It reads its words, moves case by case, and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.cli.answers import tell, tell_written
from refund_fsm.cli.options import FOUND, ORDER_TYPES, WHEN, JsonOption, LangOption, PolicyOption, instant_of, policy_of
from refund_fsm.errors import BadData

if TYPE_CHECKING:
    from refund_fsm.case import How, Moved, RefundCase
    from refund_fsm.cli.move_view import Row
    from refund_fsm.cli.saved_files import Entry, SavedFile
    from refund_fsm.workflow import Policy, Value, Workflow

Words = list[str] | None
OPTIONS = {"workflow": "--workflow", "policy": "--policy", "at": "--at", "states": "--state", "facts": "--fact"}


def move(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Saved cases: one in a file, or one a line.")],
    workflow: Annotated[
        str | None,
        typer.Option(
            "--workflow",
            metavar="ORDER_TYPE",
            autocompletion=ORDER_TYPES,
            help="The new table: a registered order type, or module:attribute of a Workflow (that module is run); default: the case's own.",
        ),
    ] = None,
    policy: PolicyOption = None,
    from_now: Annotated[
        bool, typer.Option("--from-now", help="What was decided stands, and the case goes on under the new rules; default: judged anew.")
    ] = False,
    at: Annotated[str | None, typer.Option("--at", help=f"When ({WHEN}); default: each case's last instant.")] = None,
    former: Annotated[
        Words, typer.Option("--former", metavar="ORDER_TYPE", help="A table that cases were saved under, where it is not registered.")
    ] = None,
    state: Annotated[Words, typer.Option("--state", metavar="OLD=NEW", help="The new table's state for one that it lacks.")] = None,
    fact: Annotated[Words, typer.Option("--fact", metavar="NAME=VALUE", help="With --from-now: a fact of every case.")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Replace the files; default: NAME.moved.SUFFIX is written beside NAME.SUFFIX.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of the cases, and write nothing.")] = False,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Move saved cases to a changed table or policy, all or none. Exit code 1 when a case cannot be moved: nothing is written then."""
    from refund_fsm.cli import move_view, saved_files

    found = saved_files.files_of(files, in_place=in_place, dry=dry_run)
    asked = _Asked(workflow, policy, former or [], at, state or [], fact or [], from_now=from_now)
    mover = _Mover(found, asked, wants_changes=json)
    with saved_files.dropping(found):
        rows = mover.rows()
        paths = saved_files.put(found) if not dry_run and not mover.refused else []
    tell(move_view.answer(rows, paths, dry=dry_run), lang, json)
    if paths and not json:
        tell_written(paths, after=True)
    if mover.refused:
        raise typer.Exit(FOUND)


class _Asked:
    """Where the cases of a command go."""

    def __init__(
        self,
        workflow: str | None,
        policy: str | None,
        former: list[str],
        at: str | None,
        states: list[str],
        facts: list[str],
        *,
        from_now: bool,
    ) -> None:
        from refund_fsm import orders
        from refund_fsm.orders.lookup import workflow_of

        if workflow is None and policy is None:
            raise BadData("--workflow", None, "a table or a policy to move to (--workflow, --policy)")
        if facts and not from_now:
            raise BadData("--fact", facts[0], "none but with --from-now: facts are derived anew")
        self.workflow: Workflow | None = None if workflow is None else workflow_of(workflow)
        self.policy: Policy | None = policy_of(policy, "--policy")
        self.at: datetime | None = None if at is None else instant_of(at, "--at")
        self.states = dict(_pairs("--state", "OLD=NEW", states))
        self.facts = dict(_pairs("--fact", "NAME=VALUE", facts))
        self.how: How = "from_now" if from_now else "replay"
        own = [*([] if self.workflow is None else [self.workflow]), *map(workflow_of, former)]
        self.tables = [*own, *(one for key in orders.keys() for one in orders.editions(key))] if own else None

    def moved(self, case: RefundCase) -> Moved[RefundCase]:
        """What comes of moving a case."""
        to: Workflow = self.workflow or case.workflow
        states = {old: new for old, new in self.states.items() if old in case.workflow.states} if self.states else None
        return case.moved(
            workflow=self.workflow,
            policy=self.policy,
            at=self.at or case.now,
            how=self.how,
            states=states,
            facts=self._facts(to, case.policy),
        )

    def _facts(self, workflow: Workflow, policy: Policy) -> Mapping[str, Value] | None:
        if not self.facts:
            return None
        domains = workflow.domains(self.policy or policy)
        said = {name: {str(value).lower() if isinstance(value, bool) else str(value): value for value in domains[name]} for name in domains}
        return {name: said.get(name, {}).get(text, text) for name, text in self.facts.items()}


def _pairs(option: str, form: str, given: list[str]) -> Iterator[tuple[str, str]]:
    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise BadData(option, one, form)
        yield name, value


class _Mover:
    """Moves the cases of files one by one, and writes them as it goes; none is written any more once one is refused."""

    def __init__(self, files: list[SavedFile], asked: _Asked, *, wants_changes: bool) -> None:
        self.files, self.asked, self.wants_changes = files, asked, wants_changes
        self.refused = False
        self._seen: dict[str, str] = {}

    def rows(self) -> list[Row]:
        """What became of each case, in the order of the files."""
        from refund_fsm.cli.move_view import EXPLAINED as MOST
        from refund_fsm.cli.progress import bar

        total = sum(file.size for file in self.files)
        found: list[Row] = []
        done = 0
        with bar(max(total, 1), "bytes") as advance:
            for file in self.files:
                held: list[str] = []  # unchanged cases before the first that moves: a file of those alone stays
                for entry in file.entries():
                    found.append(self._moved(file, entry, held, whole=self.wants_changes or len(found) < MOST))
                    done += len(entry.text)
                    if advance:
                        advance(min(done, total), total)
        return found

    def _moved(self, file: SavedFile, entry: Entry, held: list[str], *, whole: bool) -> Row:
        from refund_fsm.case import RefundCase
        from refund_fsm.cli import move_view

        try:
            case = RefundCase.from_json(entry.text, self.asked.tables)
            self._once(case, entry.where)
            moved = self.asked.moved(case)
        except BadData as error:
            raise BadData(f"{entry.where}: {OPTIONS.get(error.field, error.field)}", error.value, error.expected) from None
        self.refused = self.refused or moved.case is None
        if file.place is not None and not self.refused:
            self._written(file, entry, case, moved, held)
        return move_view.row(entry.where, case, moved, whole=whole)

    def _written(self, file: SavedFile, entry: Entry, case: RefundCase, moved: Moved[RefundCase], held: list[str]) -> None:
        assert moved.case is not None
        if moved.case is case:  # it stands as it was
            text = entry.text.decode() if entry.line is not None else ""
            if file.draft is None:
                held.append(text)
            else:
                file.add(text)
            return
        while held:
            file.add(held.pop(0))
        file.add(moved.case.to_json(indent=2 if entry.indented else None))

    def _once(self, case: RefundCase, where: str) -> None:
        other = self._seen.setdefault(case.payout_key, where)
        if other != where:
            raise BadData("case_id", case.case_id, f"each case once: it is at {other} too")
