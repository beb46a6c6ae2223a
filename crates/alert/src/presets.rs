//! Rules for what goes wrong with voice and image programs, off until switched on.

use crate::rule::RuleSpec;
use crate::send::Language;

/// A rule that comes with the product.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub id: &'static str,
    /// English, then Chinese.
    pub name: [&'static str; 2],
    /// The jobs it is for: parts of their names; none: all.
    pub apps: &'static [&'static str],
    /// `$J` stands for the selector of the job.
    expr: &'static str,
    pub hold: &'static str,
    pub severity: &'static str,
    summary: [&'static str; 2],
    /// A line that counts, and one that is like it and does not.
    pub examples: [&'static str; 2],
}

impl Preset {
    /// Whether it is meant for a job of this name.
    pub fn is_for(&self, job: &str) -> bool {
        let job = job.to_lowercase();
        self.apps.is_empty() || self.apps.iter().any(|app| job.contains(app))
    }

    /// The rule for one job, or for all.
    pub fn rule(&self, job: Option<&str>, language: Language) -> RuleSpec {
        let selector =
            job.map_or_else(|| r#"{job=~".+"}"#.to_owned(), |job| format!("{{job={job:?}}}"));
        let language = usize::from(language == Language::Zh);
        let summary = self.summary.get(language).copied().unwrap_or_default();
        RuleSpec {
            alert: Some(self.id.to_owned()),
            expr: self.expr.replace("$J", &selector),
            hold: (self.hold != "0s").then(|| self.hold.to_owned()),
            labels: vec![("severity".to_owned(), self.severity.to_owned())],
            annotations: vec![("summary".to_owned(), summary.to_owned())],
            ..RuleSpec::default()
        }
    }
}

macro_rules! preset {
    ($id:literal, $en:literal, $zh:literal, $apps:expr, $severity:literal, $hold:literal, $expr:literal,
     $summary_en:literal, $summary_zh:literal, $yes:literal, $no:literal) => {
        Preset {
            id: $id,
            name: [$en, $zh],
            apps: &$apps,
            expr: $expr,
            hold: $hold,
            severity: $severity,
            summary: [$summary_en, $summary_zh],
            examples: [$yes, $no],
        }
    };
}

/// All of them.
pub const PRESETS: [Preset; 14] = [
    preset!(
        "GpuOutOfMemory",
        "GPU out of memory",
        "显存不足",
        [],
        "critical",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "CUDA out of memory|OutOfMemoryError|Allocation on device|Got an OOM|CUBLAS_STATUS_ALLOC_FAILED|DefaultCPUAllocator: not enough memory|显存不足" [15m])) >= 2"#,
        "{{ $labels.job }}: out of memory {{ $value }} times in 15 minutes",
        "{{ $labels.job }}：15 分钟内显存不足 {{ $value }} 次",
        "torch.OutOfMemoryError: Allocation on device",
        "GPU Memory used: 5.31 GB"
    ),
    preset!(
        "Hang",
        "Requests and no output",
        "假死：有请求没有输出",
        ["cosyvoice"],
        "critical",
        "2m",
        r#"(sum by (job) (count_over_time($J |= "inference request" [10m])) > 0) unless sum by (job) (count_over_time($J |= "yield speech len" [10m]))"#,
        "{{ $labels.job }}: {{ $value }} requests in 10 minutes and no output",
        "{{ $labels.job }}：10 分钟内有 {{ $value }} 个请求，没有任何输出",
        "get zero_shot inference request",
        "yield speech len 4.12, rtf 0.30"
    ),
    preset!(
        "SilentFailure",
        "Answered 200 with an error",
        "返回 200 但实际失败",
        ["sovits"],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |= "Traceback (most recent call last)" [5m])) > 0"#,
        "{{ $labels.job }}: {{ $value }} failures that were answered as successes",
        "{{ $labels.job }}：{{ $value }} 次失败被当作成功返回（静音）",
        "Traceback (most recent call last):",
        "\"POST /tts HTTP/1.1\" 200 OK"
    ),
    preset!(
        "PortInUse",
        "Port in use",
        "端口被占用",
        [],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "address already in use|Errno 98\\b|Errno 10048|Cannot find empty port|Port \\d+ is in use" [5m])) > 0"#,
        "{{ $labels.job }}: its port is taken by another program",
        "{{ $labels.job }}：端口已被其他程序占用",
        "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 50000): address already in use",
        "Uvicorn running on http://0.0.0.0:50000"
    ),
    preset!(
        "TensorRtMismatch",
        "TensorRT plan does not fit",
        "TensorRT 引擎不匹配",
        ["cosyvoice", "comfy"],
        "critical",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "\\[TRT\\] \\[E\\]|failed to load trt" [5m])) > 0"#,
        "{{ $labels.job }}: the TensorRT plan was made on another GPU or version; delete it",
        "{{ $labels.job }}：TensorRT 引擎来自其他显卡或版本，请删除后重新生成",
        "[12/17/2024-14:30:58] [TRT] [E] 6: The engine plan file is generated on an incompatible device",
        "[12/17/2024-14:30:58] [TRT] [I] Loaded engine size: 158 MiB"
    ),
    preset!(
        "GpuXid",
        "GPU fault (Xid)",
        "显卡故障 (Xid)",
        [],
        "critical",
        "0s",
        r#"sum by (xid) (count_over_time($J |= "NVRM: Xid" | regexp "Xid \\([^)]*\\): (?P<xid>\\d+)" [5m])) > 0"#,
        "GPU fault Xid {{ $labels.xid }}",
        "显卡故障 Xid {{ $labels.xid }}",
        "Dec 17 14:30:52 box kernel: [ 8123.4] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.",
        "Dec 17 14:30:52 box kernel: [ 8123.4] NVRM: loading NVIDIA UNIX x86_64 Kernel Module"
    ),
    preset!(
        "ProcessDied",
        "The process died",
        "进程崩溃",
        [],
        "critical",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "^Killed$|Segmentation fault|core dumped|Out of memory: Killed process|EngineDeadError|Engine core.* died" [5m])) > 0"#,
        "{{ $labels.job }}: the process died",
        "{{ $labels.job }}：进程已崩溃",
        "Segmentation fault (core dumped)",
        "Killed 3 stale requests"
    ),
    preset!(
        "NotRealTime",
        "Slower than real time",
        "合成慢于实时",
        ["cosyvoice"],
        "warning",
        "5m",
        r#"quantile_over_time(0.95, $J |= "yield speech len" | regexp "rtf (?P<rtf>[0-9.]+)" | unwrap rtf [15m]) by (job) > 1"#,
        "{{ $labels.job }}: 95% of answers take up to {{ printf \"%.2f\" $value }} of their length",
        "{{ $labels.job }}：95% 的合成实时率为 {{ printf \"%.2f\" $value }}",
        "yield speech len 4.12, rtf 3.05",
        "yield speech len 4.12, rtf 0.30"
    ),
    preset!(
        "DownloadStalled",
        "Model download fails",
        "模型下载失败",
        [],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "Read timed out|Max retries exceeded|download failed|LocalEntryNotFoundError|i/o timeout" [10m])) > 3"#,
        "{{ $labels.job }}: {{ $value }} failed downloads in 10 minutes",
        "{{ $labels.job }}：10 分钟内下载失败 {{ $value }} 次",
        "ReadTimeoutError: Read timed out.",
        "Downloading [llm.pt]: 100%"
    ),
    preset!(
        "ErrorBurst",
        "Burst of errors",
        "错误激增",
        [],
        "warning",
        "1m",
        r#"sum by (job) (count_over_time($J | level=~"error|critical" [5m])) > 20"#,
        "{{ $labels.job }}: {{ $value }} errors in 5 minutes",
        "{{ $labels.job }}：5 分钟内 {{ $value }} 条错误",
        "inference failed",
        "all is well"
    ),
    preset!(
        "DeviceAssert",
        "CUDA device-side assert",
        "CUDA 设备端断言",
        [],
        "critical",
        "0s",
        r#"sum by (job) (count_over_time($J |= "device-side assert" [5m])) > 0"#,
        "{{ $labels.job }}: every CUDA call fails from now on; restart it",
        "{{ $labels.job }}：此后所有 CUDA 调用都会失败，请重启",
        "RuntimeError: CUDA error: device-side assert triggered",
        "CUDA device ready"
    ),
    preset!(
        "NoGpu",
        "Runs without a GPU",
        "未使用 GPU",
        [],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |~ "no cuda device|running on CPU|not in available provider names|inference compute.* library=cpu" [10m])) > 0"#,
        "{{ $labels.job }}: it runs on the CPU",
        "{{ $labels.job }}：正在使用 CPU 运行",
        "WARNING no cuda device, set load_jit/load_trt/fp16 to False",
        "cuda device 0 found"
    ),
    preset!(
        "EndOfPrompt",
        "CosyVoice3 prompt without its end mark",
        "CosyVoice3 缺少 endofprompt",
        ["cosyvoice"],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |= "endofprompt" |= "not detected" [5m])) > 0"#,
        "{{ $labels.job }}: put <|endofprompt|> behind the prompt text",
        "{{ $labels.job }}：请在提示文本末尾加上 <|endofprompt|>",
        "AssertionError: <|endofprompt|> not detected in CosyVoice3 text or prompt_text, check your input!",
        "prompt ends in <|endofprompt|>"
    ),
    preset!(
        "RegenerateLoop",
        "Generates again and again",
        "反复重新生成",
        ["chattts"],
        "warning",
        "0s",
        r#"sum by (job) (count_over_time($J |= "regenerate in order" [2m])) > 5"#,
        "{{ $labels.job }}: generated again {{ $value }} times in 2 minutes",
        "{{ $labels.job }}：2 分钟内重新生成 {{ $value }} 次",
        "regenerate in order to ensure non-empty",
        "split text into 2 parts"
    ),
];
