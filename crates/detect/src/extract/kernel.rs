//! NVIDIA's driver in the kernel's log: `NVRM: Xid (PCI:0000:01:00): 31, pid=2646, name=python, …`

use super::{Flow, after, number};
use crate::Auto;

pub(super) fn read(message: &[u8], auto: &mut Auto) -> Flow {
    if let Some(b'N' | b'[') = message.first()
        && let Some(rest) = after(message, b"NVRM: Xid (")
        && let Some(end) = memchr::memmem::find(rest, b"): ")
        && let Some((xid, _)) = rest.get(end + 3..).and_then(number)
    {
        auto.push_bytes("xid", xid);
        auto.push_bytes("pci", rest.get(..end).unwrap_or(b""));
    }
    Flow::More
}
