"""Who a person is: logins by WeChat and OpenID Connect, and the sessions that they begin."""

from . import routes, service

__all__ = ["routes", "service"]
