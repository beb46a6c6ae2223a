/// A distance from UTC and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) offset_secs: i32,
    pub(crate) name: std::borrow::Cow<'static, str>,
}

impl Zone {
    pub(crate) const UTC: Self = Self { offset_secs: 0, name: std::borrow::Cow::Borrowed("UTC") };

    pub(crate) const fn fixed(offset_secs: i32) -> Self {
        Self { offset_secs, name: std::borrow::Cow::Borrowed("") }
    }
}

/// Zones whose clocks do not change. The others would need the zone database, which is larger
/// than all of this engine.
const ZONES: [(&str, i32, &str); 30] = [
    ("UTC", 0, "UTC"),
    ("GMT", 0, "GMT"),
    ("Etc/UTC", 0, "UTC"),
    ("Etc/GMT", 0, "GMT"),
    ("Asia/Shanghai", 28_800, "CST"),
    ("Asia/Chongqing", 28_800, "CST"),
    ("Asia/Hong_Kong", 28_800, "HKT"),
    ("Asia/Macau", 28_800, "CST"),
    ("Asia/Taipei", 28_800, "CST"),
    ("Asia/Urumqi", 21_600, "+06"),
    ("Asia/Singapore", 28_800, "+08"),
    ("Asia/Kuala_Lumpur", 28_800, "+08"),
    ("Asia/Manila", 28_800, "PST"),
    ("Asia/Tokyo", 32_400, "JST"),
    ("Asia/Seoul", 32_400, "KST"),
    ("Asia/Kolkata", 19_800, "IST"),
    ("Asia/Calcutta", 19_800, "IST"),
    ("Asia/Dhaka", 21_600, "+06"),
    ("Asia/Karachi", 18_000, "PKT"),
    ("Asia/Kathmandu", 20_700, "+0545"),
    ("Asia/Bangkok", 25_200, "+07"),
    ("Asia/Jakarta", 25_200, "WIB"),
    ("Asia/Ho_Chi_Minh", 25_200, "+07"),
    ("Asia/Dubai", 14_400, "+04"),
    ("Asia/Riyadh", 10_800, "+03"),
    ("Europe/Moscow", 10_800, "MSK"),
    ("Europe/Istanbul", 10_800, "+03"),
    ("Africa/Nairobi", 10_800, "EAT"),
    ("Africa/Lagos", 3_600, "WAT"),
    ("America/Sao_Paulo", -10_800, "-03"),
];

/// The zone of this name; an unknown one counts as UTC.
pub(crate) fn zone(name: &str) -> Zone {
    ZONES.iter().find(|(known, ..)| *known == name).map_or(Zone::UTC, |(_, offset_secs, short)| {
        Zone { offset_secs: *offset_secs, name: std::borrow::Cow::Borrowed(short) }
    })
}
