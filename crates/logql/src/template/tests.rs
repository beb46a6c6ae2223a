use super::{Scope, parse};

struct Fixed;

impl Scope for Fixed {
    fn label(&self, name: &str) -> Option<&str> {
        match name {
            "mode" => Some("zero_shot"),
            "rtf" => Some("0.259"),
            "n" => Some("11"),
            "list" => Some(r#"[{"k":1.5},{"k":"x"}]"#),
            _ => None,
        }
    }

    fn labels(&self) -> Vec<(String, String)> {
        ["mode", "n"].map(|name| (name.to_owned(), self.label(name).unwrap().to_owned())).to_vec()
    }

    fn line(&self) -> String {
        "the line".to_owned()
    }

    fn timestamp(&self) -> i64 {
        1_795_172_379_614_002_000
    }

    fn now(&self) -> i64 {
        1_795_172_400_000_000_000
    }
}

/// The template filled in; `!` and the reason when that fails.
fn fill(text: &str) -> String {
    let template = match parse(text) {
        Ok(template) => template,
        Err(error) => return format!("? {} at {}", error.message, error.offset),
    };
    let mut out = String::new();
    match template.render(&Fixed, &mut out, &mut usize::MAX.clone()) {
        Ok(()) => out,
        Err(error) => format!("! {error}"),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(fill(text), *expected, "{text}");
    }
}

#[test]
fn actions_and_blocks() {
    check(&[
        ("{{.mode}}|{{ .none }}|", "zero_shot||"),
        ("a {{- \" b \" -}} c{{/* nothing */}}", "a b c"),
        ("{{if eq .mode \"x\"}}1{{else if .rtf}}2{{else}}3{{end}}", "2"),
        ("{{with .mode}}<{{.}}>{{else}}-{{end}}{{with .none}}x{{else}}-{{end}}", "<zero_shot>-"),
        ("{{range $i, $x := fromJson .list}}{{$i}}={{$x.k}} {{end}}", "0=1.5 1=x "),
        ("{{range $k, $v := .}}{{$k}}:{{$v}} {{end}}", "mode:zero_shot n:11 "),
        ("{{range fromJson \"[]\"}}x{{else}}none{{end}}", "none"),
        ("{{range fromJson \"[1,2,3]\"}}{{if eq . 2.0}}{{break}}{{end}}{{.}}{{end}}", "1"),
        ("{{$x := \"a\"}}{{if true}}{{$x = \"b\"}}{{end}}{{$x}}", "b"),
        ("{{define \"T\"}}[{{.}}]{{end}}{{template \"T\" .mode}}", "[zero_shot]"),
        ("{{.mode | trunc 4 | upper | printf \"%s-%d\" \"a\" 5}}", "a-5%!(EXTRA string=ZERO)"),
        (
            "{{`raw`}} {{'x'}} {{1_000}} {{0x1F}} {{1e3}} {{true}} {{-2.5}}",
            "raw 120 1000 31 1000 true -2.5",
        ),
        ("{{__line__}} {{__timestamp__ | date \"15:04:05.000\"}}", "the line 10:59:39.614"),
    ]);
}

#[test]
fn mistakes_say_where() {
    check(&[
        ("{{.a", "? the action does not end, expected }} at 2"),
        ("ab {{nope .a}}", "? the function \"nope\" is not known at 5"),
        ("{{uper .a}}", "? the function \"uper\" is not known, did you mean `upper`? at 2"),
        ("{{if .a}}x", "? {{if}} does not end, expected {{end}} at 2"),
        ("{{end}}", "? {{end}} ends nothing at 2"),
        ("{{$x}}", "? the variable $x is not known at 2"),
        ("{{break}}", "? {{break}} stands outside {{range}} at 2"),
        ("{{template \"x\"}}", "? the template \"x\" is not defined at 0"),
        ("{{.a | \"b\"}}", "? only a function can take a value from a pipe at 7"),
    ]);
}

#[test]
fn functions() {
    check(&[
        ("{{title \"hello wörld-x a_b\"}}", "Hello Wörld-X A_b"),
        ("{{trunc -4 .mode}}|{{substr 2 -1 .mode}}|{{alignRight 4 .n}}|", "shot|ro_shot|  11|"),
        ("{{regexReplaceAll \"(z)ero_(s)hot\" .mode \"${2}-$1\"}}", "s-z"),
        ("{{add .n 1}} {{div 7 2}} {{mod -7 3}} {{max 1 .n}}", "12 3 -1 11"),
        ("{{mulf .rtf 1.5 4}} {{round 7.654321 3}} {{ceil .rtf}}", "1.554 7.654 1"),
        ("{{bytes \"1.7MiB\"}} {{duration \"1h2m\"}} {{int \"3.9\"}}", "1.782579e+06 3720 3"),
        (
            "{{b64enc \"hi\"}} {{b64dec \"aGk=\"}} {{b64dec \"!\"}}",
            "aGk= hi illegal base64 data at input byte 0",
        ),
        ("{{urlencode \"a b&\"}} {{urldecode \"a%20b\"}} {{html \"<a>\"}}", "a+b%26 a b &lt;a&gt;"),
        (
            "{{printf \"%-4s|%5.1f|%05d|%q|%x\" \"ab\" 2.25 42 \"q\" \"hi\"}}",
            "ab  |  2.2|00042|\"q\"|6869",
        ),
        ("{{printf \"%[2]d %[1]d|%[3]d\" 1 2}}", "2 1|%!d(BADINDEX)"),
        ("{{printf \"%*d|%-*d|\" 4 1 -4 2}}", "   1|2   |"),
        ("{{printf \"%.3d|%8.3d|%.4x|%+v|%.0d\" 5 5 255 5 0}}", "005|     005|00ff|5|"),
        ("{{printf \"%.1f\" (float64 \"Inf\")}}", "+Inf"),
        ("{{upper \"straße\"}} {{lower \"ΟΔΟΣ\"}} {{title \"ßx\"}}", "STRAßE οδοσ ßx"),
        (
            "{{printf \"%5.2f|%d|%5s\" .rtf .n 1.5}}",
            "%!f(string=   0.)|%!d(string=11)|%!s(float64=  1.5)",
        ),
        (
            "{{printf \"%q %+q %#q|%q\" \"é\\u200b\" \"é\" \"a\" 39}}",
            r#""é\u200b" "\u00e9" `a`|'\''"#,
        ),
        (
            "{{printf \"%x|% x|%#x|% #X|%.2x|%6x|\" \"hi!\" \"hi\" \"hi\" \"hi\" \"hi!\" \"hi\"}}",
            "686921|68 69|0x6869|0X68 0X69|6869|  6869|",
        ),
        (
            "{{printf \"%*d|%.*f|%*d|\" \"5\" 42 \"x\" 1.5 1}}",
            "%!(BADWIDTH)42|%!(BADPREC)1.500000|%!d(MISSING)|",
        ),
        ("{{printf \"%.*f|%*d|\" -1 2.5 2000000 7}}", "%!(BADPREC)2.500000|%!(BADWIDTH)7|"),
        (
            "{{printf \"%v %s %q %5v|\" (fromJson \"[1,\\\"a\\\"]\") (fromJson \"[1,\\\"a\\\"]\") (fromJson \"[\\\"a\\\"]\") (fromJson \"{\\\"k\\\":2}\")}}",
            "[1 a] [%!s(float64=1) a] [\"a\"] map[    k:    2]|",
        ),
        (
            "{{printf \"%x %X %.1x %x %#U %O\" 1.5 -2.0 1.97 0.0 65 8}}",
            "0x1.8p+00 -0X1P+01 0x1.0p+01 0x0p+00 U+0041 'A' 0o10",
        ),
        ("{{printf \"%q %q\" \"a\\tb\\x00\" \"中\"}}", "\"a\\tb\\x00\" \"中\""),
        (
            "[{{index . \"none\"}}] {{index . \"n\"}} {{index (fromJson \"{}\") \"a\"}}",
            "[] 11 <no value>",
        ),
        ("{{substr -1 2 \"abc\"}} {{substr 1 9 \"abc\"}} {{default \"d\"}}", "ab bc d"),
        (
            "{{toDateInZone \"2006-01-02 15:04\" \"America/New_York\" \"2026-07-01 12:00\"}}",
            "2026-07-01 12:00:00 -0400 EDT",
        ),
        (
            "{{toDateInZone \"2006-01-02 15:04\" \"Europe/Berlin\" \"2026-11-20 12:00\"}}",
            "2026-11-20 12:00:00 +0100 CET",
        ),
        (
            "{{$t := toDate \"2006-01-02 15:04\" \"2026-11-20 18:05\"}}{{$t.Unix}} {{$t.Year}}-{{$t.Month}}-{{$t.Day}} {{$t.Weekday}} {{$t.Hour}} {{(now).UTC.YearDay}}",
            "1795197900 2026-November-20 Friday 18 324",
        ),
        ("{{toDate \"2006-01-02\" \"2026-11-20\"}}", "2026-11-20 00:00:00 +0000 UTC"),
        ("{{toDate \"2006-01-02\" \"x\" | unixEpoch}}", "-62135596800"),
        (
            "{{toDateInZone \"2006-01-02 15:04\" \"Asia/Shanghai\" \"2026-11-20 18:00\" | unixEpoch}}",
            "1795168800",
        ),
        (
            "{{unixToTime \"1795168800123\" | unixEpochMillis}} {{now | unixEpoch}}",
            "1795168800123 1795172400",
        ),
        ("{{default \"-\" .none}} {{len .mode}} {{index (fromJson .list) 1 \"k\"}}", "- 9 x"),
        ("{{count \"o\" .mode}} {{contains \"zero\" .mode}} {{repeat 2 \"ab\"}}", "2 true abab"),
    ]);
}

#[test]
fn methods_of_times() {
    check(&[
        ("{{__timestamp__.Format \"2006-01-02 15:04\"}}", "2026-11-20 10:59"),
        ("{{(__timestamp__).Format \"15:04:05\" | len}}", "8"),
        ("{{$t := __timestamp__}}{{$t.Format \"Jan 2\"}}", "Nov 20"),
        ("{{\"15h\" | __timestamp__.Format}}", "10h"),
        ("{{now.Unix}} {{__timestamp__.Year}}", "1795172400 2026"),
        ("{{__timestamp__.Before now}} {{__timestamp__.Compare now}}", "true -1"),
        ("{{(__timestamp__.Add 386000000).Format \"05.000\"}}", "40.000"),
        ("{{(__timestamp__.Truncate 3600000000000).Format \"15:04\"}}", "10:00"),
        ("{{(__timestamp__.Round 3600000000000).Format \"15:04\"}}", "11:00"),
        ("{{(__timestamp__.AddDate 0 3 11).Format \"2006-01-02\"}}", "2027-03-03"),
    ]);
}

#[test]
fn wrong_arguments_are_errors() {
    check(&[
        ("{{eq 1 1.0}}", "! a int cannot be compared with a float64"),
        ("{{divf 1 0}}", "! a division by zero"),
        ("{{duration \"x\"}}", "! unknown unit \"x\" in duration \"x\""),
        ("{{upper 5}}", "! argument 1 of upper is a int, expected a text"),
        ("{{upper}}", "! upper takes 1 arguments, not 0"),
        ("{{\"a\" .b}}", "! a string takes no arguments, only a function does"),
        ("{{.mode \"x\"}}", "! mode is a field, no method that takes arguments"),
        ("{{.n | .mode}}", "! mode is a field, no method that takes arguments"),
        ("{{nil}}", "! nil stands for no value by itself"),
        ("{{call .mode}}", "! call takes a function, not a string"),
        ("{{now.Format 5}}", "! a time.Time has no method \"Format\" for (int) that is known here"),
        ("{{substr -1 9 \"abc\"}}", "! substr ends outside of the text"),
        ("{{indent -1 \"a\"}}", "! indent takes no -1"),
    ]);
}

#[test]
fn no_template_does_more_than_it_may() {
    let too_much = "! the template does too much work, expected fewer rounds or shorter texts";
    let too_long = "! the text grows too long";
    let too_deep = "! the template goes deeper than 100 levels";
    check(&[
        ("{{range 1000}}{{range 2000}}{{end}}{{end}}", too_much),
        ("{{range 1000000}}{{end}}", too_much),
        ("{{range 100000}}{{end}}done", "done"),
        ("{{$x := \"ab\"}}{{range 99}}{{$x = print $x $x}}{{end}}", too_long),
        ("{{$x := repeat 1000000 \"a\"}}{{range 999}}{{$y := $x}}{{end}}", too_much),
        ("{{$x := repeat 1000000 \"a\"}}{{replace \"a\" $x $x}}", too_long),
        ("{{$x := repeat 1000000 \"a\"}}{{Replace $x \"a\" $x -1}}", too_long),
        ("{{$x := repeat 1000000 \"a\"}}{{replace \"\" $x $x}}", too_long),
        ("{{$x := repeat 1000000 \"a\"}}{{regexReplaceAll \"a\" $x $x}}", too_long),
        ("{{$x := repeat 1000000 \"a\"}}{{regexReplaceAllLiteral \"a\" $x $x}}", too_long),
        ("{{regexReplaceAll \"a*\" (repeat 9999 \"a\") (repeat 9999 \"$0\")}}", too_long),
        ("{{$x := repeat 1000000 \"\\n\"}}{{indent 1000000 $x}}", too_long),
        ("{{printf (repeat 9999 \"%[1]9999d\") 1}}", too_long),
        ("{{repeat 9999999 \"ab\"}}", too_long),
        ("{{define \"T\"}}{{template \"T\" .}}{{end}}{{template \"T\" .}}", too_deep),
        (
            "{{define \"T\"}}{{if 1}}{{if 1}}{{template \"T\" .}}{{end}}{{end}}{{end}}\
             {{template \"T\" .}}",
            too_deep,
        ),
    ]);
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    check(&[
        (&nested("{{if 1}}", "x", "{{end}}", 90), "x"),
        (&format!("{{{{{}}}}}", nested("(", "1", ")", 90)), "1"),
        (&nested("{{if 1}}", "x", "{{end}}", 200), "? the template is nested too deeply at 802"),
        (
            &format!("{{{{{}}}}}", nested("(", "1", ")", 50_000)),
            "? the template is nested too deeply at 102",
        ),
    ]);
}

#[test]
fn every_function_is_listed_for_suggestions() {
    for name in super::funcs::NAMES {
        assert!(super::funcs::find(name).is_some(), "{name}");
    }
}
