/// Whether a line of the block may satisfy `literals`: of each inner list one byte string must
/// occur in the line. False is certain, true is not. A list with a literal shorter than the
/// n-gram cannot be told and counts as satisfied.
pub fn may_contain(signature: &[u8], literals: &[Vec<Vec<u8>>]) -> bool {
    let _ = (signature, literals);
    true
}
