"""python-logging-loki: both emitters, the old one as it is by default.

usage: push_logging.py RELAY
"""

import logging
import sys

import logging_loki


def fail(_record):
    """What the handler would only print."""
    raise


def logger(name, handler):
    handler.handleError = fail
    log = logging.getLogger(name)
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
    return log


relay = sys.argv[1]
push, legacy = f"{relay}/loki/api/v1/push", f"{relay}/api/prom/push"
tags = {"application": "tts"}

default = logger("default", logging_loki.LokiHandler(url=legacy, tags=tags))
default.error("out of memory: 你好")
default.warning('a "quoted" line\nand a second one', extra={"tags": {"gpu.id": 1}})

logger("zero", logging_loki.LokiHandler(url=push, tags=tags, version="0")).info("old body, new path")
logger("one", logging_loki.LokiHandler(url=push, tags=tags, version="1")).critical("new body")
