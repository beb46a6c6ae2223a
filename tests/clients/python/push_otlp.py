"""The OpenTelemetry SDK's OTLP/HTTP exporter, as an application uses it through `logging`.

usage: push_otlp.py RELAY (none|gzip|deflate)

Prints the trace and the span of the entry that has them.
"""

import logging
import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

relay, compression = sys.argv[1:]
resource = Resource(
    {"service.name": f"tts-{compression}", "service.namespace": "voice", "host.name": "gpu-1"}
)
provider = LoggerProvider(resource=resource)
exporter = OTLPLogExporter(
    endpoint=f"{relay}/otlp/v1/logs", compression=Compression(compression)
)
provider.add_log_record_processor(BatchLogRecordProcessor(exporter))

log = logging.getLogger("engine")
log.setLevel(logging.DEBUG)
log.addHandler(LoggingHandler(logger_provider=provider))

log.debug("loading the model")
log.warning("slow", extra={"rtf": 1.25, "stage": "vocoder"})
with TracerProvider().get_tracer("test").start_as_current_span("request") as span:
    log.error("CUDA out of memory")
    context = span.get_span_context()
    print(f"{context.trace_id:032x} {context.span_id:016x}")
# A body that is no string.
log.info({"prompt": "你好", "seed": 42})

provider.shutdown()
