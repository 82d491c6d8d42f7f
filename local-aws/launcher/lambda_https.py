"""A Lambda function's HTTPS goes where it was sent; MiniStack speaks plain HTTP with every server of this machine."""
from ministack.core import lambda_runtime

_EVERY_LOCAL = 'if (host === "127.0.0.1" || host === "localhost" || host === msHost'
_ONLY_THE_EMULATOR = ('const isEmulator = [undefined, null, "", "443", String(msPort)].includes(options.port && String(options.port));\n'
                      '    if (isEmulator && (host === "127.0.0.1" || host === "localhost" || host === msHost')
_END = "|| (advertised && host === advertised)) {"


def install() -> None:
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if script.count(_EVERY_LOCAL) != 1 or script.count(_END) != 1:
        raise RuntimeError("MiniStack's runtime for Node.js is not the one that this addition is for")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(_EVERY_LOCAL, _ONLY_THE_EMULATOR).replace(_END, _END.replace(") {", ")) {"))
