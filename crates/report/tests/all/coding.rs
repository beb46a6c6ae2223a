use proptest::prelude::*;
use report::Coding;

const BOTH: [Coding; 2] = [Coding::Base64, Coding::Dense];

fn check(bytes: &[u8]) {
    for coding in BOTH {
        let text = coding.encode(bytes);
        assert!(text.len() as u64 <= coding.len(bytes.len() as u64), "{coding:?} {}", bytes.len());
        assert!(!text.contains(['\0', '\r', '\n', '<']), "{coding:?}");
        assert_eq!(
            coding.decode(text.as_bytes(), bytes.len()).as_deref(),
            Some(bytes),
            "{coding:?}"
        );
        // Broken into lines by an editor, with either line end.
        let broken: String = text.chars().flat_map(|c| [c, '\r', '\n']).collect();
        assert_eq!(coding.decode(broken.as_bytes(), bytes.len()).as_deref(), Some(bytes));
        // The manifest knows how long the data is; one zero more may fill a last group.
        assert_eq!(coding.decode(text.as_bytes(), bytes.len() + 2), None, "{coding:?}");
    }
}

#[test]
fn every_length_and_every_byte_comes_back() {
    for len in 0..40 {
        for byte in [0, 1, 0x0a, 0x0d, 0x3c, 0x78, 0x7f, 0x80, 0xff] {
            check(&vec![byte; len]);
        }
    }
    check(&(0..=255).collect::<Vec<u8>>());
}

#[test]
fn dense_takes_eight_bytes_for_seven() {
    let bytes: Vec<u8> =
        (0..70_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(Coding::Dense.encode(&bytes).len() <= 80_001);
}

proptest! {
    #[test]
    fn any_bytes_come_back(bytes: Vec<u8>) {
        check(&bytes);
    }

    #[test]
    fn any_text_decodes_or_is_refused(text: Vec<u8>, len in 0_usize..100) {
        for coding in BOTH {
            if let Some(bytes) = coding.decode(&text, len) {
                prop_assert_eq!(bytes.len(), len);
            }
        }
    }
}
