use model::Columns;

/// The columns of a block. A number names a column *and* its encoding for ever: a new encoding
/// gets a new number, so that a section is readable wherever its number stands, and a reader
/// passes over numbers that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Column {
    /// Of chunks written before there was [`Column::Times`].
    Timestamps = 1,
    Arrivals = 2,
    Lengths = 3,
    Lines = 4,
    Metadata = 5,
    Auto = 6,
    Signature = 7,
    Places = 8,
    Times = 9,
}

impl Column {
    pub const ALL: [Self; 9] = [
        Self::Timestamps,
        Self::Arrivals,
        Self::Lengths,
        Self::Lines,
        Self::Metadata,
        Self::Auto,
        Self::Signature,
        Self::Places,
        Self::Times,
    ];

    pub const fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.number() == number)
    }

    /// What error messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timestamps => "timestamps",
            Self::Arrivals => "arrivals",
            Self::Lengths => "lengths",
            Self::Lines => "lines",
            Self::Metadata => "metadata",
            Self::Auto => "auto fields",
            Self::Signature => "signature",
            Self::Places => "places",
            Self::Times => "times",
        }
    }

    /// Whether a reader of `columns` must fetch this column: what the index leaves out of its
    /// answer, and what [`decode_block`](crate::decode_block) expects to be given where the block
    /// has it. Nobody but a skip test reads signatures.
    pub const fn is_needed(self, columns: Columns) -> bool {
        match self {
            Self::Timestamps | Self::Times => true,
            Self::Arrivals => columns.arrivals,
            // Auto fields refer to the text of their line instead of repeating it.
            // So do places to its length.
            Self::Lengths => columns.lengths || columns.lines || columns.auto || columns.places,
            Self::Lines => columns.lines || columns.auto,
            Self::Metadata => columns.metadata,
            Self::Auto => columns.auto,
            Self::Places => columns.places,
            Self::Signature => false,
        }
    }
}
