"""Importing a spreadsheet: how far it is, and what its rows are refused for beside what a cell is."""

from dataclasses import dataclass

from .named import Named
from .problem import Kind, Problem


class ImportState(Named):
    """How far an import is."""

    QUEUED = "queued", "排队中"
    WORKING = "working", "处理中"
    APPLIED = "applied", "已导入"  # all of it
    REFUSED = "refused", "未通过"  # none of it: the faults say why
    FAILED = "failed", "处理失败"  # none of it, by a fault of ours
    UNDONE = "undone", "已撤销"


@dataclass(eq=False)
class RowTwice(Problem):
    """A sheet says a thing once."""

    kind = Kind.CONFLICT
    zh = "与本表前面的行重复（第{first_row}行），请删去一行。"
    en = "This repeats row {first_row} of the sheet; delete one of the two."

    first_row: int


@dataclass(eq=False)
class KeptDifferently(Problem):
    """An import adds; what is kept already and said otherwise is not overwritten."""

    kind = Kind.CONFLICT
    zh = "系统中已有此条目且此项内容不同，请先在系统中更正，或修改此格。"
    en = "This is kept already, and otherwise; correct it there first, or change this cell."


@dataclass(eq=False)
class PersonKeptDifferently(Problem):
    """A row and what is kept agree on who somebody is; it is not told in what they differ.

    Whoever was told could try out what is masked.
    """

    kind = Kind.CONFLICT
    zh = "本行与系统中此人员的信息不一致，请核对姓名和手机号码。"
    en = "This row and what is kept of the person do not agree; check the name and the phone."


@dataclass(eq=False)
class GridUnknown(Problem):
    """A row names a grid that is there, or stands in the same sheet."""

    kind = Kind.NOT_FOUND
    zh = "没有此编码的网格，请核对编码或先导入网格。"
    en = "There is no grid with this code; check it, or import the grids first."


@dataclass(eq=False)
class OrganisationUnknown(Problem):
    """A row names an organisation that is there, or stands in the same sheet."""

    kind = Kind.NOT_FOUND
    zh = "没有此名称的组织，请核对名称或先导入组织。"
    en = "There is no organisation of this name; check it, or import the organisations first."


@dataclass(eq=False)
class OrganisationAmbiguous(Problem):
    """A row names one organisation."""

    kind = Kind.CONFLICT
    zh = "此名称的组织不止一个，请在系统中更名后再导入。"
    en = "Several organisations bear this name; rename one of them first."


@dataclass(eq=False)
class OrganisationsInCircle(Problem):
    """An organisation is not, over whatever steps, its own parent."""

    kind = Kind.RULE
    zh = "上级组织互为上下级，请改正。"
    en = "These organisations are each other's parents; mend it."


@dataclass(eq=False)
class PersonUnknown(Problem):
    """A row names a person who is there."""

    kind = Kind.NOT_FOUND
    zh = "没有此编号或手机号码的人员，请核对或先导入人员。"
    en = "Nobody has this number or phone; check it, or import the people first."


@dataclass(eq=False)
class PersonNeedsKey(Problem):
    """A name alone does not tell who it is."""

    kind = Kind.INVALID
    zh = "只有姓名不能确定是谁，请填写人员编号或手机号码。"
    en = "A name alone does not tell who it is; fill in the person's number or phone."


@dataclass(eq=False)
class SourceUnknown(Problem):
    """A cross-appointment rests on one that its holder has, of the post that the step starts from."""

    kind = Kind.NOT_FOUND
    zh = "没有可依据的任职：此人在该期限内未任该步所要求的岗位，请核对或先登记。"
    en = "This person has no appointment that the step could rest on in this time; enter it first."


@dataclass(eq=False)
class BasisAmbiguous(Problem):
    """Where several appointments, or contracts, fit a cross-appointment, the row says which it rests on."""

    kind = Kind.CONFLICT
    zh = "可依据的任职或合同不止一个，请填写其系统编号。"
    en = "Several appointments or contracts fit; fill in the number of the one that it rests on."


@dataclass(eq=False)
class TermMissing(Problem):
    """Who is appointed is so from a day on."""

    kind = Kind.INVALID
    zh = "有人任职的岗位须填写任职日期。"
    en = "Fill in since when this person has been in the post."


@dataclass(eq=False)
class ImportNotInState(Problem):
    """Undone is what was applied, and once."""

    kind = Kind.CONFLICT
    zh = "导入状态不符，现为{state}，不能这样办理。"
    en = "This import is {state}; that cannot be done with it."

    state: ImportState


@dataclass(eq=False)
class ImportRestedOn(Problem):
    """An import is undone while nothing rests on what it made, and nobody has changed it."""

    kind = Kind.CONFLICT
    zh = "导入的内容已被引用或修改，不能整体撤销，请逐条办理。"
    en = "Something rests on what was imported, or it was changed; it cannot be undone as a whole."


@dataclass(eq=False)
class RequesterNotEntitled(Problem):
    """An import is entered by what the one who handed it in may do then, not what they could before."""

    kind = Kind.FORBIDDEN
    zh = "上传人已卸任或账号已停用，文件未导入，请由现任人员重新上传。"
    en = "Who handed this in has left the office or was cut off; let somebody in office hand it in."


@dataclass(eq=False)
class UnsupportedFile(Problem):
    """An import takes XLSX and CSV, and looks at the file, not at its name."""

    kind = Kind.UNSUPPORTED_MEDIA
    zh = "只接受XLSX和CSV文件，旧版XLS或加密文件请另存为XLSX后上传。"
    en = "Send an XLSX or CSV file; save an old XLS or an encrypted file as XLSX first."


@dataclass(eq=False)
class NoSuchCopy(Problem):
    """A marked copy is there of an import that was refused, for seven days."""

    kind = Kind.NOT_FOUND
    zh = "没有可下载的标注副本，只有未通过的导入在七天内有。"
    en = "There is no marked copy; an import that was refused has one for seven days."


@dataclass(eq=False)
class ExportNeedsPurpose(Problem):
    """Names and phones leave for a purpose, as one by one."""

    kind = Kind.RULE
    zh = "导出人员须填写查看目的，每个人员都会留下查看记录。"
    en = "Say for what purpose people are exported; each person's look is recorded."
    pointer = "/purpose"
