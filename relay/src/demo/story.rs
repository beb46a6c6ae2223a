//! What happens to the service, request by request.

use std::collections::VecDeque;

use fastrand::Rng;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::demo::bar;
use crate::demo::line::{LogFile, Stamp, Write, stamp};
use crate::demo::words;

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;
const MINUTE: i64 = 60 * SECOND;

#[derive(Clone, Debug)]
pub struct StoryOptions {
    pub seed: u64,
    /// Where the story begins, nanoseconds since 1970.
    pub start: i64,
    /// From here on it runs `speed` times as fast.
    pub live: i64,
    pub speed: f64,
    /// The zone of the service's clock.
    pub zone: TimeZone,
}

/// An endless iterator over what is written, in order of time.
#[derive(Debug)]
pub struct Story {
    options: StoryOptions,
    rng: Rng,
    /// The story's own time: where the next thing happens.
    now: i64,
    queue: VecDeque<Write>,
    pid: u32,
    next_start: i64,
    next_burst: i64,
    /// Failing requests still to come of the burst that is going on.
    burst: u32,
    /// After a start the first requests are slow.
    warm: u32,
}

impl Story {
    pub fn new(options: StoryOptions) -> Self {
        let now = options.start;
        Self {
            rng: Rng::with_seed(options.seed),
            now,
            queue: VecDeque::new(),
            pid: 4711,
            next_start: now,
            next_burst: now + 25 * MINUTE,
            burst: 0,
            warm: 0,
            options,
        }
    }

    /// Whether an update has brought the new commit by now: after a third of the past.
    fn commit(&self) -> &'static str {
        let update = self.options.start + (self.options.live - self.options.start) / 3;
        if self.now < update { words::OLD_COMMIT } else { words::COMMIT }
    }

    /// The clock's time for the story's.
    fn clock(&self, at: i64) -> i64 {
        let live = self.options.live;
        if at <= live {
            return at;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a story lasts days, far below 2^53 ns"
        )]
        let passed = ((at - live) as f64 / self.options.speed) as i64;
        live + passed
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.i64(low..high)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// One time in `n`.
    fn chance(&mut self, n: u32) -> bool {
        self.rng.u32(..n) == 0
    }

    fn write(&mut self, at: i64, file: LogFile, text: String) {
        // Its lines carry no time: those of the past could only be shown as of now.
        if file == LogFile::Webui && at < self.options.live {
            return;
        }
        let at = self.clock(at);
        self.queue.push_back(Write { at, file, text });
    }

    fn stamped(&self, at: i64, kind: Stamp) -> String {
        stamp(self.clock(at), kind, &self.options.zone)
    }

    /// A line of python's logging in cosyvoice.log.
    fn python(&mut self, at: i64, level: &str, message: &str) {
        let text = format!("{} {level} {message}\n", self.stamped(at, Stamp::Python));
        self.write(at, LogFile::Cosyvoice, text);
    }

    fn next_scene(&mut self) {
        if self.now >= self.next_start {
            self.start_service();
            return;
        }
        if self.now >= self.next_burst {
            self.burst = self.rng.u32(8..15);
            self.next_burst = self.now + self.between(35 * MINUTE, 50 * MINUTE);
        }
        if self.burst > 0 {
            self.burst -= 1;
            self.out_of_memory();
            self.now += self.between(6 * SECOND, 16 * SECOND);
            return;
        }
        match self.rng.u32(..60) {
            0 => self.timed_out(),
            1 => self.bad_prompt(),
            2 => self.retry(),
            3..=8 => self.visit(),
            _ => self.request(),
        }
        // Not a metronome: most follow soon, some much later.
        self.now += match self.rng.u32(..10) {
            0 => self.between(20 * SECOND, 70 * SECOND),
            1..=3 => self.between(8 * SECOND, 20 * SECOND),
            _ => self.between(SECOND, 8 * SECOND),
        };
    }

    fn start_service(&mut self) {
        let at = self.now;
        let update = self.options.start + (self.options.live - self.options.start) / 3;
        let next = at + self.between(150 * MINUTE, 260 * MINUTE);
        // The update is a restart of its own.
        self.next_start = if at < update { next.min(update.max(at + MINUTE)) } else { next };
        self.pid = self.rng.u32(2000..60000);
        self.warm = 4;
        let commit = self.commit();
        let start = format!("[SYSTEM] Starting CosyVoice3 v0.3 @ commit {commit}\n");
        self.write(at, LogFile::Startup, start);
        let plain = self.stamped(at, Stamp::Plain);
        let environment = format!(
            "{plain} INFO python=3.10.14 torch=2.3.1+cu121 cuda=12.1 device=cuda:0 \
             gpu=\"NVIDIA GeForce RTX 4090\" port=50000 \
             model_dir=pretrained_models/Fun-CosyVoice3-0.5B\n"
        );
        self.write(at, LogFile::Startup, environment);
        let text = format!(
            "{} - modelscope - INFO - PyTorch version 2.3.1+cu121 Found.\n",
            self.stamped(at + 300 * MS, Stamp::Python)
        );
        self.write(at + 300 * MS, LogFile::Cosyvoice, text);
        self.write(
            at + 400 * MS,
            LogFile::Cosyvoice,
            "failed to import ttsfrd, use wetext instead\n".to_owned(),
        );
        self.python(at + 2 * SECOND, "INFO", "use wetext frontend");
        self.python(at + 4 * SECOND, "INFO", "input frame rate=25");
        let ort = format!(
            "\x1b[0;93m{}.396526331 [W:onnxruntime:, transformer_memcpy.cc:74 ApplyImpl] 8 Memcpy \
             nodes are added to the graph main_graph for CUDAExecutionProvider. It might have \
             negative impact on performance.\x1b[m\n",
            self.stamped(at + 5 * SECOND, Stamp::Plain)
        );
        self.write(at + 5 * SECOND, LogFile::Cosyvoice, ort);
        let trt = format!(
            "[{}] [TRT] [I] Loaded engine size: 158 MiB\n",
            self.stamped(at + 6 * SECOND, Stamp::TensorRt)
        );
        self.write(at + 6 * SECOND, LogFile::Cosyvoice, trt);
        let loaded = format!(
            "{} INFO model loaded load_seconds=8.6 text_frontend=wetext sample_rate=24000\n",
            self.stamped(at + 9 * SECOND, Stamp::Plain)
        );
        self.write(at + 9 * SECOND, LogFile::Startup, loaded);
        let uvicorn = format!(
            "INFO:     Started server process [{}]\nINFO:     Waiting for application startup.\n\
             INFO:     Application startup complete.\n\
             INFO:     Uvicorn running on http://0.0.0.0:50000 (Press CTRL+C to quit)\n",
            self.pid
        );
        self.write(at + 9 * SECOND, LogFile::Webui, uvicorn);
        self.now = at + 12 * SECOND;
    }

    /// The first lines of every request; gives when the model begins.
    fn accept(&mut self, at: i64, mode: &str, text: &str, seed: u32) -> i64 {
        let length = text.chars().count();
        let generating = format!(
            "{} INFO Generating audio: text_len={length}, seed={seed}\n",
            self.stamped(at, Stamp::Plain)
        );
        self.write(at, LogFile::Cosyvoice, generating);
        self.python(at + 40 * MS, "INFO", &format!("get {mode} inference request"));
        if self.chance(6) {
            let message = self.pick(&words::DEBUG);
            self.python(at + 45 * MS, "DEBUG", message);
        }
        // The bar ends in no line feed, so that the next record stands right behind it.
        self.write(at + 50 * MS, LogFile::Cosyvoice, bar::frame("", 0, 1, 0.0));
        self.python(at + 55 * MS, "INFO", &format!("synthesis text {text}"));
        at + 60 * MS
    }

    fn access(&mut self, at: i64, path: &str, status: &str) {
        let client = self.pick(&words::CLIENTS);
        let port = self.rng.u32(32768..61000);
        let line = format!("INFO:     {client}:{port} - \"POST {path} HTTP/1.1\" {status}\n");
        self.write(at, LogFile::Webui, line);
    }

    fn api(&mut self, at: i64, level: &str, mut fields: serde_json::Value) {
        fields["ts"] = self.stamped(at, Stamp::Zoned).into();
        fields["level"] = level.into();
        fields["request_id"] = format!("{:08x}", self.rng.u32(..)).into();
        self.write(at, LogFile::Api, format!("{fields}\n"));
    }

    fn request(&mut self) {
        let at = self.now;
        let (mode, path) = self.pick(&words::MODES);
        let text = self.pick(&words::TEXTS);
        let seed = if self.chance(3) { 1234 } else { self.rng.u32(..100_000) };
        let begin = self.accept(at, mode, text, seed);
        if text.chars().count() < 16 && self.chance(2) {
            let short = format!(
                "synthesis text {text} too short than prompt text 希望你以后能够做的比我还好呦。, \
                 this may lead to bad performance"
            );
            self.python(begin + 5 * MS, "WARNING", &short);
        }
        let slow = self.warm > 0;
        self.warm = self.warm.saturating_sub(1);
        let rtf = if slow { 2.4 + self.rng.f64() * 2.2 } else { 0.24 + self.rng.f64() * 0.28 };
        let parts = self.rng.u32(2..6);
        let mut when = begin;
        let mut speech = 0.0;
        let steps = 10 * parts;
        for part in 0..parts {
            let len = 0.4 + self.rng.f64() * 3.2;
            let cost = seconds_ns(len * rtf);
            for step in 1..=5_u32 {
                let shown = when + cost * i64::from(step) / 5;
                let elapsed = seconds(shown - begin);
                let done = part * 10 + step * 2;
                self.write(shown, LogFile::Cosyvoice, bar::frame("decode: ", done, steps, elapsed));
            }
            when += cost;
            speech += len;
            let wobble = rtf * (0.9 + self.rng.f64() * 0.2);
            self.python(when, "INFO", &format!("yield speech len {len:.2}, rtf {wobble:.10}"));
        }
        let took = seconds(when - begin);
        let last = bar::frame("", 1, 1, took);
        self.write(when + 2 * MS, LogFile::Cosyvoice, format!("{last}{last}\n"));
        let rtf = took / speech;
        let done = format!(
            "[INFO] {} Audio generated, duration={speech:.2}s, rtf={rtf:.3}, sample_rate=24000Hz, \
             seed={seed}\n",
            self.stamped(when + 10 * MS, Stamp::Utc)
        );
        self.write(when + 10 * MS, LogFile::Cosyvoice, done);
        self.access(when + 12 * MS, path, "200 OK");
        let fields = json!({
            "msg": "synthesis done", "mode": mode, "status": 200, "rtf": round(rtf),
            "text_len": text.chars().count(), "duration_ms": (took * 1000.0).round(),
        });
        self.api(when + 12 * MS, "info", fields);
        self.now = when + 20 * MS;
    }

    fn out_of_memory(&mut self) {
        let at = self.now;
        let (mode, path) = self.pick(&words::MODES);
        let text = self.pick(&words::TEXTS);
        let seed = self.rng.u32(..100_000);
        let begin = self.accept(at, mode, text, seed);
        let failed = begin + self.between(400 * MS, 2 * SECOND);
        let tried = self.pick(&["20.00 MiB", "256.00 MiB", "1.17 GiB", "2.00 GiB"]);
        let message = format!(
            "CUDA out of memory. Tried to allocate {tried}. GPU 0 has a total capacity of \
             23.65 GiB of which {:.2} MiB is free. Process {} has 22.9 GiB memory in use.",
            self.rng.f64() * 90.0,
            self.pid
        );
        self.write(
            failed,
            LogFile::Cosyvoice,
            format!("\n{}torch.OutOfMemoryError: {message}\n", words::OOM_FRAMES),
        );
        self.python(failed + 4 * MS, "ERROR", &format!("{mode} inference failed, seed={seed}"));
        self.access(failed + 8 * MS, path, "500 Internal Server Error");
        let fields = json!({
            "msg": "synthesis error", "mode": mode, "status": 500, "error": "CUDA out of memory",
        });
        self.api(failed + 8 * MS, "error", fields);
        self.now = failed + 20 * MS;
    }

    fn timed_out(&mut self) {
        let at = self.now;
        let text = self.pick(&words::TEXTS);
        let seed = self.rng.u32(..100_000);
        let begin = self.accept(at, "zero_shot", text, seed);
        let failed = begin + 30 * SECOND;
        let message = "request timeout after 30s, client gone";
        self.write(begin + SECOND, LogFile::Cosyvoice, "\n".to_owned());
        self.python(failed, "ERROR", message);
        self.access(failed + 3 * MS, "/inference_zero_shot", "504 Gateway Timeout");
        let fields =
            json!({"msg": message, "mode": "zero_shot", "status": 504, "error": "timeout"});
        self.api(failed + 3 * MS, "error", fields);
        self.now = failed + 10 * MS;
    }

    fn bad_prompt(&mut self) {
        let at = self.now;
        let seed = self.rng.u32(..100_000);
        let begin = self.accept(at, "zero_shot", "你好", seed);
        let trouble = format!("\n{}", words::ASSERT_FRAMES);
        self.write(begin + 80 * MS, LogFile::Cosyvoice, trouble);
        self.access(begin + 90 * MS, "/inference_zero_shot", "500 Internal Server Error");
        self.now = begin + 100 * MS;
    }

    fn retry(&mut self) {
        let at = self.now;
        let attempt = self.rng.u32(1..6);
        let text = format!(
            "{} - modelscope - WARNING - download failed, retrying ({attempt}/5): Read timed out.\n",
            self.stamped(at, Stamp::Python)
        );
        self.write(at, LogFile::Cosyvoice, text);
    }

    fn visit(&mut self) {
        let at = self.now;
        let client = self.pick(&words::CLIENTS);
        let port = self.rng.u32(32768..61000);
        let (path, status) = self.pick(&[
            ("/", "200 OK"),
            ("/favicon.ico", "404 Not Found"),
            ("/gradio_api/heartbeat/k3x9", "200 OK"),
        ]);
        let line = format!("INFO:     {client}:{port} - \"GET {path} HTTP/1.1\" {status}\n");
        self.write(at, LogFile::Webui, line);
    }
}

impl Iterator for Story {
    type Item = Write;

    fn next(&mut self) -> Option<Write> {
        while self.queue.is_empty() {
            self.next_scene();
        }
        self.queue.pop_front()
    }
}

fn seconds(ns: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few minutes")]
    let seconds = ns as f64 / 1e9;
    seconds
}

fn seconds_ns(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a few minutes")]
    let ns = (seconds * 1e9) as i64;
    ns
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests;
