"""What refuses an appointment, as routes declare it."""

from maplebridge_domain.appointment import (
    AlreadyHoldsPost,
    GridOfPostClosed,
    NoContractInForce,
    OutlastsItsSource,
    PersonDied,
    PostTaken,
    SourceNotInForce,
)
from maplebridge_domain.authority import OfficeNotYoursToFill, OwnOffice
from maplebridge_domain.committee import CommitteeNotSitting
from maplebridge_domain.contract_end import ContractWithdrawn
from maplebridge_domain.cross_appointment import (
    DeclaredInTheFuture,
    ElectionDatesWrong,
    ElectionMissing,
    InItsPay,
    InterestNotExcluded,
    NotAPartyMember,
    SupervisesIt,
    VotesMissing,
    WrongPlaceForStep,
    WrongSourcePost,
    WrongTargetPost,
)
from maplebridge_domain.evidence import EvidenceInTheFuture, EvidenceMissing
from maplebridge_domain.hierarchy import OrganisationDissolved
from maplebridge_domain.owners_vote import (
    TooFewOwnersAgreed,
    TooFewOwnersTookPart,
    TooLittleAreaAgreed,
    TooLittleAreaTookPart,
    VotesInconsistent,
)
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.person import PersonErased, PersonMerged

from ..platform.problems import IdTaken

#: Who may fill what.
FILLING = (OfficeNotYoursToFill, OwnOffice)
RULES = (
    EmptyPeriod,
    PersonMerged,
    PersonErased,
    PersonDied,
    PostTaken,
    AlreadyHoldsPost,
    IdTaken,
    OrganisationDissolved,
    GridOfPostClosed,
    CommitteeNotSitting,
    SupervisesIt,
    *FILLING,
)
#: What a step and what it rests on ask.
STEP_RULES = (
    *(WrongSourcePost, WrongTargetPost, WrongPlaceForStep),
    *(OutlastsItsSource, ContractWithdrawn, NoContractInForce),
    *(NotAPartyMember, ElectionMissing, ElectionDatesWrong, VotesMissing),
    *(InterestNotExcluded, DeclaredInTheFuture, EvidenceMissing, EvidenceInTheFuture, InItsPay),
    *(VotesInconsistent, TooFewOwnersTookPart, TooLittleAreaTookPart),
    *(TooFewOwnersAgreed, TooLittleAreaAgreed),
)
CROSS_RULES = (*RULES, SourceNotInForce, *STEP_RULES)
