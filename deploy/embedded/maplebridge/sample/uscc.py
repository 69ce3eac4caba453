"""Unified social credit codes (GB 32100) that are well formed and belong to nobody."""

from maplebridge_domain.identifier import body_check, credit_code_check


def credit_code(number: int) -> str:
    """Give the code of the sample's n-th enterprise.

    Bodies that begin MA00 were handed out in Beijing only, so with Zhaoling's 411104 this is no one's.
    """
    body = f"MA00{number:04d}"
    stem = "91411104" + body + body_check(body)
    return stem + credit_code_check(stem)
