"""Unified social credit codes (GB 32100) that are well formed and belong to nobody."""

DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z


def credit_code(number: int) -> str:
    """Give the code of the sample's n-th enterprise.

    Source of the two check characters: GB 11714 (body) and GB 32100 (whole code). Bodies that
    begin MA00 were handed out in Beijing only, so with Zhaoling's 411104 this is no one's.
    """
    body = f"MA00{number:04d}"
    stem = "91411104" + body + _body_check(body)
    total = sum(DIGITS.index(char) * 3**place for place, char in enumerate(stem))
    return stem + DIGITS[-total % 31]


def _body_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return "0X987654321"[rest]
