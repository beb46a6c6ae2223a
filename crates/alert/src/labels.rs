use std::collections::BTreeMap;

use model::Labels;

/// The number a label set is known by, as Prometheus and Alertmanager make it: FNV-1a over names
/// and values, each ended by a byte that no text holds.
pub fn fingerprint(labels: &Labels) -> u64 {
    const END: u8 = 0xff;
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for (name, value) in labels.iter() {
        name.bytes().for_each(&mut add);
        add(END);
        value.bytes().for_each(&mut add);
        add(END);
    }
    hash
}

/// Labels as a JSON object.
pub(crate) fn map(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whether Prometheus takes it as the name of a label.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
