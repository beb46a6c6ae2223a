use report::{Coding, KeyLine, Manifest, Summary, Viewer, WriteError, html, open, shown, write};

use crate::common::{VIEWER, chunk, summary};

/// Texts that attack a page, wherever one of them may stand.
const HOSTILE: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "--><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "]]></title></style></head><body>",
    "\u{202e}gnp.exe\u{2066}\0\u{1b}[31m",
    "<!--logpane-report 1 blake3=00 bytes=1-->\n",
];

#[test]
fn hostile_text_is_only_text() {
    for text in HOSTILE {
        let t = || text.to_owned();
        let manifest = Manifest {
            tool: t(),
            query: t(),
            view: t(),
            facts: vec![(t(), t())],
            ..Manifest::default()
        };
        let summary = Summary {
            language: t(),
            title: t(),
            note: t(),
            facts: vec![(t(), t())],
            lines: vec![KeyLine { time: t(), level: t(), text: t() }],
        };
        let bytes = chunk(&[("filename", text), ("job", text)], &[(1, 1, text.as_bytes())]);
        let page = write(manifest, &summary, VIEWER, &[&bytes]).unwrap();
        let opened = open(&page).unwrap();
        assert_eq!(opened.manifest.chunks[0].labels.get("filename"), Some(text));
        let page = String::from_utf8(page).unwrap();
        assert!(!page.contains(text.trim_end()), "{text:?} stands in the page as it is");
        // The only tags and comments are ours.
        let count = |what: &str| page.matches(what).count();
        assert_eq!((count("<script"), count("</script>"), count("<!--")), (4, 4, 1), "{text:?}");
        assert_eq!((count("<img"), count("<svg"), count("<title>")), (0, 0, 1));
        assert!(!page.contains(['\0', '\u{202e}', '\u{1b}', '\r']));
    }
}

#[test]
fn the_page_reads_without_javascript() {
    let page = write(Manifest::default(), &summary(), VIEWER, &[]).unwrap();
    let page = String::from_utf8(page).unwrap();
    let body = page.split("<body>").nth(1).unwrap();
    for text in ["<h1>Out of memory</h1>", "<dt>when</dt><dd>2024-12-17</dd>", "14:30:52 error six"]
    {
        assert!(body.contains(text), "{body}");
    }
    assert!(page.contains("connect-src 'none'"), "no network");
    assert!(page.split("</head>").next().unwrap().contains("id=\"logpane-wasm\""));
}

#[test]
fn a_viewer_that_would_end_the_page_is_refused() {
    let cases = [
        (
            Viewer { script: b"a('</SCRIPT>')", ..VIEWER },
            WriteError::Ends { part: "script", text: "</script" },
        ),
        (
            Viewer { script: b"a('<!--')", ..VIEWER },
            WriteError::Ends { part: "script", text: "<!--" },
        ),
        (
            Viewer { style: b"</style>", ..VIEWER },
            WriteError::Ends { part: "style", text: "</style" },
        ),
        (Viewer { script: b"\xff", ..VIEWER }, WriteError::Encoding { part: "script" }),
    ];
    for (viewer, expected) in cases {
        let written = write(
            Manifest { coding: Coding::Dense, ..Manifest::default() },
            &summary(),
            viewer,
            &[],
        );
        assert_eq!(written, Err(expected));
    }
    let broken = write(Manifest::default(), &summary(), VIEWER, &[b"no chunk"]);
    assert!(matches!(broken, Err(WriteError::Chunk { number: 0, .. })));
}

#[test]
fn text_shows_what_it_hides() {
    assert_eq!(shown("a\0b\u{202e}c\td\r\n"), "a␀b[U+202E]c\td␍\n");
    assert_eq!(html("<a href='x'>&\"\u{1b}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;␛");
}
