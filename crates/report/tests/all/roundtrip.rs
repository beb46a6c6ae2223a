use chunk::RuzstdCodec;
use proptest::prelude::*;
use report::{Coding, Manifest, OpenError, Summary, extract, open, verify, write};

use crate::common::{VIEWER, chunk, chunks, report};

#[test]
fn what_is_written_is_read() {
    for coding in [Coding::Base64, Coding::Dense] {
        let html = report(coding);
        assert_eq!(html, report(coding), "the same input makes the same bytes");
        let opened = open(&html).unwrap();
        assert_eq!(opened.chunks, chunks());
        assert_eq!(opened.manifest.query, r#"{job="a"} |= "</script><!-- \u202e""#);
        assert_eq!(opened.manifest.facts[0].1, "4090 <b>\u{202e}\0</b>");
        let counts: Vec<(u64, u64)> =
            opened.manifest.files.iter().map(|file| (file.entries, file.raw_bytes)).collect();
        assert_eq!(counts, [(5, 48), (1, 4)]);
        let files = extract(&opened, &mut RuzstdCodec::new()).unwrap();
        let lines: Vec<(&str, &[u8])> = files.iter().map(|f| (&*f.name, &*f.bytes)).collect();
        let first = b"one\ntwo \0 \xff </script><!-- \nthree\nwith more\n\nsix\n".as_slice();
        assert_eq!(lines, [("/a.log", first), ("/b.log", "五\n".as_bytes())]);
    }
}

#[test]
fn a_copy_with_other_line_ends_is_the_same_report() {
    let html = report(Coding::Dense);
    let mut windows = b"\xef\xbb\xbf".to_vec();
    for byte in &html {
        if *byte == b'\n' {
            windows.push(b'\r');
        }
        windows.push(*byte);
    }
    assert_eq!(open(&windows), open(&html));
    assert!(open(&windows).is_ok());
}

#[test]
fn every_changed_byte_is_noticed() {
    let html = report(Coding::Dense);
    for at in 0..html.len() {
        for change in [1, 0x20, 0x80] {
            let mut changed = html.clone();
            changed[at] ^= change;
            assert!(open(&changed).is_err(), "byte {at} of {}", html.len());
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let html = report(Coding::Base64);
    for len in 0..html.len() {
        assert!(open(&html[..len]).is_err(), "{len} bytes of {}", html.len());
    }
    let mut longer = html;
    longer.push(b'x');
    assert!(open(&longer).is_err());
}

/// What a reader is told, by what was done to the file.
#[test]
fn errors_say_what_happened() {
    let html = String::from_utf8(report(Coding::Base64)).unwrap();
    let len = html.len();
    let cases = [
        ("<html>hello".to_owned(), OpenError::NotAReport),
        (html[..len / 2].to_owned(), OpenError::CutOff { bytes: len / 2 }),
        (
            html.replace(r#"report" content="1""#, r#"report" content="7""#),
            OpenError::Newer { found: 7, known: 1 },
        ),
        (html.replace("viewer", "viewel"), OpenError::Changed { what: "the page".into() }),
    ];
    for (file, expected) in cases {
        assert_eq!(verify(file.as_bytes()), Err(expected));
    }
}

#[test]
fn a_manifest_of_a_newer_format_says_so() {
    let json = br#"{"format": 2, "everything": "else"}"#;
    assert_eq!(Manifest::parse(json), Err(OpenError::Newer { found: 2, known: 1 }));
}

#[test]
fn a_field_that_a_later_writer_adds_is_passed_over() {
    let manifest = open(&report(Coding::Dense)).unwrap().manifest;
    let mut json = serde_json::to_value(&manifest).unwrap();
    json["later"] = 1.into();
    assert_eq!(Manifest::parse(json.to_string().as_bytes()), Ok(manifest));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn random_reports_come_back(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..20),
        name in any::<String>(),
        texts in prop::collection::vec(any::<String>(), 4),
        dense: bool,
    ) {
        let entries: Vec<(i64, u64, &[u8])> =
            lines.iter().zip(1..).map(|(line, n)| (n, n as u64, line.as_slice())).collect();
        let bytes = chunk(&[("filename", &name)], &entries);
        let coding = if dense { Coding::Dense } else { Coding::Base64 };
        let manifest = Manifest {
            tool: texts[0].clone(),
            query: texts[1].clone(),
            facts: vec![(texts[2].clone(), texts[3].clone())],
            coding,
            ..Manifest::default()
        };
        let summary = Summary { title: texts[3].clone(), language: texts[0].clone(), ..Summary::default() };
        let html = write(manifest.clone(), &summary, VIEWER, &[&bytes]).unwrap();
        let opened = open(&html).unwrap();
        prop_assert_eq!(&opened.manifest.query, &manifest.query);
        prop_assert_eq!(&opened.manifest.facts, &manifest.facts);
        let files = extract(&opened, &mut RuzstdCodec::new()).unwrap();
        prop_assert_eq!(&files[0].name, &name);
        let expected: Vec<u8> = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
        prop_assert_eq!(&files[0].bytes, &expected);
    }

    #[test]
    fn any_bytes_open_or_are_refused(bytes: Vec<u8>) {
        prop_assert!(open(&bytes).is_err());
    }
}
