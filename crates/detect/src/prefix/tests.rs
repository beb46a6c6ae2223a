use super::leading;
use crate::Auto;

#[track_caller]
fn check(text: &str, expected: &str) {
    let mut auto = Auto::default();
    let found = leading(text.as_bytes(), &mut auto).map_or("none".to_owned(), |prefix| {
        let level = prefix.level.map_or("-", crate::Level::as_str);
        let fields: Vec<String> = auto.iter().map(|(n, v)| format!("{n}={v}")).collect();
        format!("{:?} {level} {}", String::from_utf8_lossy(prefix.rest), fields.join(" "))
    });
    assert_eq!(found.trim_end(), expected, "{text:?}");
}

#[test]
fn prefixes_come_off() {
    for (text, expected) in [
        ("cosyvoice_x1  | text", r#""text" - container=cosyvoice_x1"#),
        ("web-1 |   File \"x\"", r#""  File \"x\"" - container=web-1"#),
        ("cosyvoice  |", r#""" - container=cosyvoice"#),
        ("102|fish_webui-1-4  | text", r#""text" - process=fish_webui-1-4"#),
        ("[pod/tts-5d9-x/cosyvoice] text", r#""text" - pod=tts-5d9-x container=cosyvoice"#),
        ("(APIServer pid=1) text", r#""text" - process=APIServer pid=1"#),
        ("(Worker pid=12, ip=10.0.0.1)   x", r#""  x" - process=Worker pid=12"#),
        ("[rank0]:   File \"x\"", r#""  File \"x\"" - rank=0"#),
        ("[rank1]:[W1217 14:30:52.1 a.cpp:1] x", r#""[W1217 14:30:52.1 a.cpp:1] x" - rank=1"#),
        ("Dec  7 14:30:52.123456 box a[9]: text", r#""text" - host=box unit=a pid=9"#),
        ("2024-12-17T14:30:52+0800 box tts[47]: x", r#""x" - host=box unit=tts pid=47"#),
        ("<11>Dec 17 14:30:52 box tts: x", r#""x" error host=box unit=tts"#),
        (
            "<165>1 2024-12-17T14:30:52.003Z box app 4711 ID47 [x@1 a=\"b\"] text",
            r#""text" info host=box unit=app pid=4711"#,
        ),
        ("<14>1 - - app - - - x", r#""x" info unit=app"#),
        ("2024-12-17T14:30:52.123456789Z   File", r#""  File" -"#),
        // Not prefixes.
        ("Name | Value", "none"),
        ("a|b", "none"),
        ("12|34", "none"),
        ("(see pid=x) text", "none"),
        ("(aside) text", "none"),
        ("[rank]: x", "none"),
        ("[note] x", "none"),
        ("<b>bold</b>", "none"),
        ("<999>Dec 17 14:30:52 box tts: x", "none"),
        ("2024-12-17T14:30:52.123Z text", "none"),
        ("2024-12-17T14:30:52Z server said: no", "none"),
        ("Dec 32 14:30:52 box a: x", "none"),
        ("December is near", "none"),
        ("", "none"),
    ] {
        check(text, expected);
    }
}
