"""Loading service contracts, each after its enterprise."""

from collections import defaultdict
from functools import partial
from uuid import UUID

from maplebridge_domain.grid import GridLevel, NotAQuarter
from maplebridge_domain.importing import (
    GridUnknown,
    OrganisationAmbiguous,
    OrganisationUnknown,
)
from maplebridge_domain.organisation import OrganisationKind, QuarterAlreadyServed
from maplebridge_domain.period import Period
from maplebridge_domain.service_contract import check_contract_dates
from maplebridge_domain.worktime import SHANGHAI

from ..organisations import service as organisations
from ..platform.bodies import PeriodIn
from .loading import Batches, Ids, Loading, all_lines
from .places import grids_of
from .reading import Line
from .seats import term_of


async def load_contracts(loading: Loading, batches: Batches) -> None:
    """Enter the service contracts of a sheet that are not there yet."""
    lines, _ = await all_lines(batches, "enterprise")
    grids = await grids_of(loading)
    tx = loading.write.tx
    enterprises = _Enterprises(loading, await tx.all(organisations.ORGANISATION_LEDGER))
    kept, terms = {}, defaultdict[str, list[Period]](list)
    for one in await tx.all(organisations.CONTRACT_LEDGER):
        kept[one.grid_path, one.start] = one
        terms[one.grid_path].append(Period(one.start, one.until))
    ids, made = Ids(loading), []
    today = loading.write.now.astimezone(SHANGHAI).date()
    for line in lines:
        values = line.values
        path, there = values["grid_path"], kept.get((values["grid_path"], values["from"]))
        if there is not None:
            names = ("enterprise", "enterprise_path", "until", "signed_on", "filed_on", "id")
            loading.differs(line, {name: getattr(there, name) for name in names})
            loading.findings.rows_kept += 1
            continue
        enterprise_id, term = enterprises.find(line), term_of(loading, line)
        if path not in grids:
            loading.refuse(GridUnknown(), line, "grid_path")
        elif grids[path].level is not GridLevel.QUARTER:
            loading.refuse(NotAQuarter(), line, "grid_path")
        signed_on, filed_on = values["signed_on"], values["filed_on"]
        loading.check(line, "filed_on", partial(check_contract_dates, signed_on, filed_on, today))
        if term is not None:
            if any(term.overlaps(other) for other in terms[path]):
                loading.refuse(QuarterAlreadyServed(), line, "from")
            terms[path].append(term)
        if enterprise_id is not None and term is not None and path in grids:
            made.append((line, _new(line, ids.of(line), enterprise_id, grids[path].id)))
    if not loading.findings.faults:
        await loading.enter("service_contract", made, organisations.create_contracts)


class _Enterprises:
    """The street's property enterprises, by name, and where several bear it by place."""

    def __init__(self, loading: Loading, kept: list[organisations.OrganisationLine]) -> None:
        self._loading = loading
        self._named: defaultdict[str, list[organisations.OrganisationLine]] = defaultdict(list)
        for one in kept:
            if one.kind == OrganisationKind.PROPERTY_ENTERPRISE:
                self._named[one.name].append(one)

    def find(self, line: Line) -> UUID | None:
        """Return a line's enterprise; None: it is refused."""
        place = line.values["enterprise_path"]
        found = [
            one
            for one in self._named.get(line.values["enterprise"], [])
            if place is None or one.grid_path == place
        ]
        if len(found) == 1:
            return found[0].id
        problem = OrganisationAmbiguous() if found else OrganisationUnknown()
        self._loading.refuse(problem, line, "enterprise")
        return None


def _new(
    line: Line, id_: UUID, enterprise_id: UUID, quarter_id: UUID
) -> organisations.NewServiceContract:
    values = line.values
    during = PeriodIn.model_validate({"from": values["from"], "until": values["until"]})
    return organisations.NewServiceContract(
        id=id_,
        enterprise_id=enterprise_id,
        quarter_id=quarter_id,
        during=during,
        signed_on=values["signed_on"],
        filed_on=values["filed_on"],
    )
