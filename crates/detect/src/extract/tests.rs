use crate::Auto;

#[track_caller]
fn check(message: &str, expected: &str) {
    let mut auto = Auto::default();
    super::fields(message.as_bytes(), &mut auto);
    let found: Vec<String> = auto.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(found.join("|"), expected, "{message:?}");
}

#[test]
fn pairs_are_fields() {
    for (message, expected) in [
        ("Generating audio: text_len=42, seed=1234", "text_len=42|seed=1234"),
        (
            "Audio sample received, duration=4.2s, sample_rate=16000Hz",
            "duration=4.2|duration_raw=4.2s|sample_rate=16000|sample_rate_raw=16000Hz",
        ),
        (
            r#"device=cuda:0 gpu="NVIDIA GeForce RTX 4090" torch=2.3.1+cu121"#,
            "device=cuda:0|gpu=NVIDIA GeForce RTX 4090|torch=2.3.1+cu121",
        ),
        ("step=10, skipped=0, lr=[1e-05, 2e-05]", "step=10|skipped=0|lr=[1e-05, 2e-05]"),
        ("f(a=1, b=g(2)) c=''", "a=1|b=g(2)"),
        ("module.name='x y' took=1m3.5s", "module_name=x y|took=63.5|took_raw=1m3.5s"),
        ("commit=1dcc596 took=850ms", "commit=1dcc596|took=0.85|took_raw=850ms"),
        ("a == b, c => d, /p?x=1&y=2, 中文=1, =5", ""),
        ("level=info job=x seed=7 seed=8", "seed=7"),
        ("open=\"never closed", ""),
    ] {
        check(message, expected);
    }
}

#[test]
fn sentences_are_fields() {
    for (message, expected) in [
        ("yield speech len 4.12, rtf 0.3071428571428571", "speech_len=4.12|rtf=0.3071428571428571"),
        (
            "yield speech index:0, len 0.44, rtf 0.646,  cost 0.284s",
            "speech_len=0.44|rtf=0.646|cost=0.284",
        ),
        ("get zero_shot inference request", "event=request|mode=zero_shot"),
        ("synthesis text 今天 a=1 天气", "text_len=9|text=今天 a=1 天气"),
        (
            "synthesis text 好 too short than prompt text 希望, this may lead to bad performance",
            "reason=short_text|text_len=1|text=好",
        ),
        (
            r#"192.168.1.5:51234 - "POST /inference_sft?x=1 HTTP/1.1" 500 Internal Server Error"#,
            "client=192.168.1.5|method=POST|path=/inference_sft|status=500|http_level=error",
        ),
        (
            r#"HTTP Request: GET http://127.0.0.1:8000/x "HTTP/1.1 200 OK""#,
            "method=GET|url=http://127.0.0.1:8000/x|status=200|lib=httpx",
        ),
        (
            "Batch 0: Generated 412 tokens in 8.32 seconds, 49.52 tokens/sec",
            "tokens=412|seconds=8.32|tokens_per_sec=49.52",
        ),
        ("GPU Memory used: 5.31 GB", "gpu_memory_gb=5.31"),
        ("--- Sample 0, Batch 0 (171 bytes) ---", "text_bytes=171"),
        ("Batch text: a=1", ""),
        ("set seed: 42", "seed=42"),
        (
            "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.65 GiB total capacity; 21.90 GiB already allocated; 41.06 MiB free; 22.80 GiB reserved",
            "tried_bytes=2147483648|total_bytes=25393994138|free_bytes=43054531|gpu_index=0",
        ),
        (
            "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.65 GiB of which 9.81 MiB is free.",
            "tried_bytes=20971520|total_bytes=25393994138|free_bytes=10286531|gpu_index=0",
        ),
        (
            "[ 81.4] NVRM: Xid (PCI:0000:01:00): 31, pid=2646, name=python, Ch 1",
            "xid=31|pci=PCI:0000:01:00|pid=2646|name=python",
        ),
        ("plain words", ""),
    ] {
        check(message, expected);
    }
}
