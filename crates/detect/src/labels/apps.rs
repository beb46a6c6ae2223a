/// How a name stands for an application.
enum Name {
    /// The whole name.
    Is(&'static str),
    /// How the name starts.
    Starts(&'static str),
}
use Name::{Is, Starts};

/// The names of log files and of folders that tell which application writes there, in lower case
/// and without separators, and its `job`. The first that fits counts.
const APPS: [(Name, &str); 37] = [
    (Starts("cosyvoice"), "cosyvoice3"),
    (Starts("funcosyvoice"), "cosyvoice3"),
    (Starts("fish"), "fish-speech"),
    (Starts("openaudio"), "fish-speech"),
    (Starts("chattts"), "chattts"),
    (Starts("gptsovits"), "gpt-sovits"),
    (Starts("sovits"), "gpt-sovits"),
    (Starts("comfyui"), "comfyui"),
    (Starts("ollama"), "ollama"),
    (Starts("vllm"), "vllm"),
    (Starts("sglang"), "sglang"),
    (Starts("llamacpp"), "llama.cpp"),
    (Starts("llamaserver"), "llama.cpp"),
    (Starts("tritonserver"), "triton"),
    (Is("triton"), "triton"),
    (Starts("stablediffusion"), "sd-webui"),
    (Starts("sdwebui"), "sd-webui"),
    (Starts("forge"), "sd-webui"),
    (Starts("speechaiforge"), "speech-ai-forge"),
    (Starts("f5tts"), "f5-tts"),
    (Starts("indextts"), "index-tts"),
    (Starts("sparktts"), "spark-tts"),
    (Starts("kokoro"), "kokoro"),
    (Starts("funasr"), "funasr"),
    (Starts("sensevoice"), "sensevoice"),
    (Starts("whisper"), "whisper"),
    (Starts("openwebui"), "open-webui"),
    (Starts("textgenerationwebui"), "text-generation-webui"),
    (Starts("lmstudio"), "lm-studio"),
    (Starts("xinference"), "xinference"),
    (Starts("llamafactory"), "llama-factory"),
    (Starts("applio"), "applio"),
    (Is("rvc"), "rvc"),
    (Is("dify"), "dify"),
    (Is("nginx"), "nginx"),
    (Is("caddy"), "caddy"),
    (Is("redis"), "redis"),
];

/// Files of the system, by their stem. As folders these names mean something else.
const SYSTEM_FILES: [(&str, &str); 4] =
    [("syslog", "syslog"), ("messages", "syslog"), ("kern", "kernel"), ("dmesg", "kernel")];

/// The job of a file of the system with this stem.
pub(super) fn system_job_of(stem: &str) -> Option<&'static str> {
    SYSTEM_FILES.iter().find(|(name, _)| *name == stem).map(|(_, job)| *job)
}

/// The job of an application that `name` (a stem or a folder) stands for.
pub(super) fn job_of(name: &str) -> Option<&'static str> {
    let plain: String =
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    APPS.iter().find_map(|(app, job)| {
        let fits = match app {
            Is(name) => plain == *name,
            Starts(name) => plain.starts_with(name),
        };
        fits.then_some(*job)
    })
}
