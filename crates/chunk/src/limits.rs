//! What a reader believes. The writer keeps within it, so a chunk that claims more is damaged or
//! made to harm, and is refused before anything is allocated for it.

/// Bytes of one section after unpacking, and of the values of one field section.
pub(crate) const SECTION_BYTES: usize = 64 << 20;

/// Entries in one block.
pub(crate) const BLOCK_ENTRIES: usize = 1 << 17;

/// Values in one field section, over all its entries and names.
pub(crate) const BLOCK_VALUES: usize = 1 << 20;

/// Bytes of one footer.
pub(crate) const FOOTER_BYTES: usize = 16 << 20;

/// Labels of a stream.
pub(crate) const LABELS: usize = 1024;
