use super::Shapes;
use crate::{Auto, Level, Zone, stamp::Clock};

/// Level, its word, the time, the message and the fields, as one line.
fn read(shapes: &mut Shapes, text: &str) -> String {
    let mut auto = Auto::default();
    let head = shapes
        .read(text.as_bytes(), &mut auto)
        .or_else(|| Shapes::last_resort(text.as_bytes(), &mut auto).map(|(_, head)| head));
    let Some(head) = head else { return "none".to_owned() };
    // 2024-12-18: what a yearless stamp is near to.
    let around = 1_734_480_000_000_000_000;
    let time = head.when.and_then(|when| Clock::new(Zone::UTC).nanos(when, around));
    let time = time.map_or("-".to_owned(), |ns| {
        jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap().to_string()
    });
    let fields: Vec<String> = auto.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "{} {} {time} {:?} {}",
        head.level.map_or("-", Level::as_str),
        String::from_utf8_lossy(head.word),
        String::from_utf8_lossy(head.message),
        fields.join(" ")
    )
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read(&mut Shapes::default(), text).trim_end(), expected, "{text:?}");
    // The shape that fitted last must not change what fits now.
    for last in 0..super::SHAPES.len() {
        let mut shapes = Shapes { last: u8::try_from(last).unwrap() };
        assert_eq!(read(&mut shapes, text).trim_end(), expected, "{text:?} after shape {last}");
    }
}

#[test]
fn records_of_every_shape_are_read() {
    for (text, expected) in [
        // The article's.
        (
            "[INFO] 2024-12-17T14:30:52Z Audio sample received, duration=4.2s",
            r#"info INFO 2024-12-17T14:30:52Z "Audio sample received, duration=4.2s""#,
        ),
        (
            "2024-12-17 14:30:52 INFO Generating audio: text_len=42",
            r#"info INFO 2024-12-17T14:30:52Z "Generating audio: text_len=42""#,
        ),
        (
            "[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234",
            r#"info SYSTEM - "Starting CosyVoice3 v0.3 @ commit abc1234""#,
        ),
        // Python's logging.
        (
            "2024-12-17 14:30:52,123 WARNING low disk",
            r#"warning WARNING 2024-12-17T14:30:52.123Z "low disk""#,
        ),
        (
            "2024-08-10 19:40:26,100 INFO: Encoding text tokens",
            r#"info INFO 2024-08-10T19:40:26.1Z "Encoding text tokens""#,
        ),
        (
            "2024-12-17 14:30:51,635 WETEXT INFO building fst",
            r#"info INFO 2024-12-17T14:30:51.635Z "building fst" module=WETEXT"#,
        ),
        (
            "2024-12-17 14:30:50,900 - modelscope - INFO - PyTorch version 2.3.1 Found.",
            r#"info INFO 2024-12-17T14:30:50.9Z "PyTorch version 2.3.1 Found." module=modelscope"#,
        ),
        ("2024-12-17 14:30:52,123 INFORMAL talk", r#"-  2024-12-17T14:30:52.123Z "INFORMAL talk""#),
        // loguru.
        (
            "2024-12-17 14:30:52.123 | SUCCESS  | __main__:<module>:13 - done - really",
            r#"info SUCCESS 2024-12-17T14:30:52.123Z "done - really" module=__main__ function=<module> line_no=13"#,
        ),
        (
            "2024-12-17 14:30:52.123 +0800 | ERROR    | a.b:run:7 - x",
            r#"error ERROR 2024-12-17T06:30:52.123Z "x" module=a.b function=run line_no=7"#,
        ),
        // uvicorn.
        (
            "INFO:     Application startup complete.",
            r#"info INFO - "Application startup complete.""#,
        ),
        ("CRITICAL:    x", r#"critical CRITICAL - "x""#),
        ("INFO: one space", "none"),
        // onnxruntime, TensorRT, ChatTTS.
        (
            "2024-12-17 14:30:55.396526331 [W:onnxruntime:, t.cc:74 Apply] 8 nodes",
            r#"warning W 2024-12-17T14:30:55.396526331Z "8 nodes" module=onnxruntime source=t.cc:74 Apply"#,
        ),
        (
            "[12/17/2024-14:30:58] [TRT] [E] 6: incompatible device",
            r#"error E 2024-12-17T14:30:58Z "6: incompatible device" module=TRT"#,
        ),
        (
            "[+0800 20241217 14:30:52] [WARN]  WebUI  | funcs | cut",
            r#"warning WARN 2024-12-17T06:30:52Z "cut" module=WebUI source=funcs"#,
        ),
        // JSON.
        (
            r#"{"ts":"2024-12-17T14:30:52.5Z","level":"warn","msg":"hi","rtf":0.3500,"err":{"type":"E","in":{"x":1}},"a":[1]}"#,
            r#"warning warn 2024-12-17T14:30:52.5Z "" msg=hi rtf=0.3500 err_type=E"#,
        ),
        (
            r#"{"time":1734445852.25,"severity":"ERROR","@x":true,"n":null}"#,
            r#"error ERROR 2024-12-17T14:30:52.25Z "" _x=true"#,
        ),
        (
            r#"{"text":"t","record":{"level":{"name":"INFO","no":20},"time":{"repr":"r","timestamp":1734445852.123456}}}"#,
            r#"info INFO 2024-12-17T14:30:52.123456Z "" text=t"#,
        ),
        (r#"{"level":"info""#, "none"),
        ("{not json}", "none"),
        // A stamp and nothing else.
        (
            "2024-12-04T15:20:36.382480 - Got an OOM",
            r#"-  2024-12-04T15:20:36.38248Z "Got an OOM""#,
        ),
        ("2024-12-17 14:30:52.123.wav saved", "none"),
        // Words where no level stands.
        ("failed to import ttsfrd, use wetext instead", "none"),
        ("ERROR in the middle of INFO: nothing", "none"),
        ("", "none"),
    ] {
        check(text, expected);
    }
}
