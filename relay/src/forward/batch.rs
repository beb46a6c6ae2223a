use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Batch, Labels};
use serde_json::{Map, Value, json};

use super::Destination;

/// An entry on its way.
#[derive(Clone, Debug)]
struct Parcel {
    arrival: u64,
    stream: usize,
    timestamp: i64,
    line: String,
    metadata: Map<String, Value>,
}

/// Entries of some streams, to be sent in the order in which they came in.
#[derive(Debug, Default)]
pub(super) struct Parcels {
    streams: Vec<Labels>,
    parcels: Vec<Parcel>,
}

/// What one request carries.
#[derive(Debug)]
pub(super) struct Body {
    /// JSON of Loki's push API, with gzip.
    pub bytes: Vec<u8>,
    pub entries: u64,
    /// The arrival number after the last of them.
    pub next: u64,
}

impl Parcels {
    pub(super) fn add(&mut self, to: &Destination, labels: &Labels, batch: &Batch) {
        let labels = to.labels_of(labels);
        let known = self.streams.iter().position(|stream| *stream == labels);
        let stream = known.unwrap_or_else(|| {
            self.streams.push(labels);
            self.streams.len() - 1
        });
        for row in 0..batch.len() {
            let entry = batch.entry(row);
            let metadata = entry.metadata.into_iter().map(|(name, value)| (name, value.into()));
            self.parcels.push(Parcel {
                arrival: batch.arrivals.get(row).copied().unwrap_or_default(),
                stream,
                timestamp: entry.timestamp,
                line: String::from_utf8_lossy(&entry.line).into_owned(),
                metadata: metadata.collect(),
            });
        }
    }

    /// As requests of at most `bytes` of lines, or of one entry.
    pub(super) fn bodies(mut self, bytes: usize) -> Vec<Body> {
        self.parcels.sort_by_key(|parcel| parcel.arrival);
        let mut bodies = Vec::new();
        let mut rest = self.parcels.as_slice();
        while !rest.is_empty() {
            let mut size = 0_usize;
            let fits = rest.iter().take_while(|parcel| {
                size += parcel.line.len();
                size <= bytes
            });
            let count = fits.count().max(1);
            let (now, later) = rest.split_at(count);
            bodies.push(self.body(now));
            rest = later;
        }
        bodies
    }

    fn body(&self, parcels: &[Parcel]) -> Body {
        let mut values: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        for parcel in parcels {
            let time = parcel.timestamp.to_string();
            let value = match parcel.metadata.is_empty() {
                true => json!([time, parcel.line]),
                false => json!([time, parcel.line, parcel.metadata]),
            };
            values.entry(parcel.stream).or_default().push(value);
        }
        let streams = values.into_iter().map(|(stream, values)| {
            let labels = self.streams[stream].iter();
            let labels: Map<String, Value> =
                labels.map(|(name, value)| (name.to_owned(), value.into())).collect();
            json!({ "stream": labels, "values": values })
        });
        let json = json!({ "streams": streams.collect::<Vec<_>>() }).to_string();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        // Memory takes all that is written.
        gzip.write_all(json.as_bytes()).ok();
        Body {
            bytes: gzip.finish().unwrap_or_default(),
            entries: parcels.len() as u64,
            next: parcels.last().map_or(0, |last| last.arrival + 1),
        }
    }
}
