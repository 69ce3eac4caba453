"""What changes about logins and sessions; never an account, a code or a token."""

from ..platform.events import EventType

CODE_ISSUED = EventType("binding_code.issued", "A binding code was issued to a person. 发放绑定码")
CODE_LOCKED = EventType(
    "binding_code.locked", "A binding code is void after too many wrong tries. 绑定码作废"
)
BOUND = EventType("login.bound", "An account was bound to a person. 绑定账号")
ENDED = EventType("login.ended", "A person's accounts were unbound, their sessions ended. 解除绑定")
BEGUN = EventType("session.begun", "A person logged in. 登录")
REVOKED = EventType("session.revoked", "A person ended a session of their own. 结束会话")
REUSED = EventType(
    "session.refresh_reused",
    "A refresh token came twice, so its session was ended. 刷新令牌重复使用",
)
