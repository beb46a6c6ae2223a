use report::{Coding, Meter, Slice};

#[test]
fn suggestions_are_enough_first_and_cheap_next() {
    let meter = Meter { overhead_bytes: 1_500_000, coding: Coding::Base64 };
    let slice = |what, bytes, entries| Slice { what, bytes, entries };
    let slices = [
        slice("debug", 13_500_000, 900_000),
        slice("info", 10_000_000, 100_000),
        slice("14:02-14:20", 6_000_000, 50_000),
        slice("error", 1_000, 10),
    ];
    let suggested = meter.suggest(Meter::GITHUB_BYTES, &slices, 27_000_000);
    let seen: Vec<(&str, u64, bool)> =
        suggested.iter().map(|s| (s.what, s.saved_bytes, s.fits)).collect();
    assert_eq!(
        seen,
        [
            ("info", 13_333_332, true),
            ("debug", 18_000_000, true),
            ("14:02-14:20", 8_000_000, false)
        ]
    );
    assert!(meter.suggest(Meter::GITHUB_BYTES, &slices, 10_000_000).is_empty());
    assert_eq!(meter.total(3), 1_500_004);
}
