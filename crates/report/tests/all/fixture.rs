use std::{env, fs, path::Path};

use chunk::RuzstdCodec;
use report::{Coding, extract, open};

use crate::common::report;

/// A report of the first format must open for ever. Written once, with `UPDATE_REPORT=1` while the
/// format was new; later it is not to be written again.
#[test]
fn a_report_of_version_1_opens() {
    for (name, coding) in [("v1_base64.html", Coding::Base64), ("v1_dense.html", Coding::Dense)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        if env::var_os("UPDATE_REPORT").is_some() {
            fs::write(&path, report(coding)).unwrap();
        }
        let opened = open(&fs::read(&path).unwrap()).unwrap();
        // Chunks of today hold the same entries in other bytes.
        let today = open(&report(coding)).unwrap();
        let files = extract(&opened, &mut RuzstdCodec::new()).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files, extract(&today, &mut RuzstdCodec::new()).unwrap());
        assert_eq!(opened.manifest.format, 1);
        assert_eq!(opened.manifest.redaction[0].rule, "ip");
    }
}
