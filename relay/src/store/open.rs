use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use detect::{Context, Zone};
use protocol::status::Severity;

use crate::ingest::SaidBook;
use crate::ingest::core::Core;
use crate::journal::{Damage, Journal, Record};
use crate::store::chunk_file::{ChunkFolder, nanos};
use crate::store::restore::{Access, restore};
use crate::store::shared::{Shared, problem};
use crate::store::{StoreError, StoreOptions};

/// A data folder that is ours.
pub(crate) struct Opened {
    pub shared: Shared,
    pub core: Core,
    pub journal: Journal,
    pub said: SaidBook,
    pub instance: Arc<str>,
}

/// Brings back what the folder holds, and goes on with its journal.
pub(crate) fn open(options: StoreOptions) -> Result<Opened, StoreError> {
    // One spelling of the folder, so that its own files are known among those to follow.
    let dir = fs::canonicalize(&options.dir).unwrap_or(options.dir);
    let options = StoreOptions { dir: dir.clone(), ..options };
    let journal_dir = dir.join("journal");
    let folder = |source| StoreError::Folder { dir: dir.clone(), source };
    fs::create_dir_all(&journal_dir).map_err(folder)?;
    ChunkFolder::of(&dir).create().map_err(folder)?;
    let said = SaidBook::open(&dir);
    let restored = restore(&dir, Core::new(context(&options), said.zones()), Access::Owner)?;
    let fail = StoreError::file("write the journal", &journal_dir);
    if let Some(damage) = &restored.damage {
        keep_copy(&dir, damage);
    }
    let journal = match &restored.journal {
        Some((number, replay)) => Journal::resume(&journal_dir, *number, replay),
        None => {
            let state = restored.core.checkpoint(0);
            let records = [Ok(Record::Checkpoint(Box::new(state)))];
            Journal::start(&journal_dir, restored.last_segment + 1, records)
        }
    };
    let journal = journal.map_err(fail)?;
    let shared = Shared::new(options, restored.catalogue);
    let instance = name_instance(&shared);
    if let Some(damage) = restored.damage.filter(|damage| !damage.is_cut) {
        let message = format!(
            "the journal is damaged ({}), {} bytes of it were set aside and files are read again \
             from there; entries that clients pushed then are missing: {}",
            damage.reason,
            damage.lost_bytes,
            damage.path.display()
        );
        shared.board().found.push(problem(Severity::Error, "corrupt_journal", message));
    }
    Ok(Opened { shared, core: restored.core, journal, said, instance })
}

/// Only reads.
pub(crate) fn read(
    options: StoreOptions,
    access: Access,
) -> Result<(Shared, Arc<str>), StoreError> {
    if let Err(source) = fs::read_dir(&options.dir) {
        return Err(StoreError::Folder { dir: options.dir, source });
    }
    let core = Core::new(context(&options), SaidBook::look(&options.dir).zones());
    let restored = restore(&options.dir, core, access)?;
    let shared = Shared::new(options, restored.catalogue);
    let instance = name_instance(&shared);
    Ok((shared, instance))
}

fn context(options: &StoreOptions) -> Context {
    Context { zone: Zone::Rules(options.zone.clone()), ..Context::default() }
}

fn name_instance(shared: &Shared) -> Arc<str> {
    let started = nanos(SystemTime::now());
    let name = format!("{started:x}-{:x}", std::process::id());
    shared.write().hub.instance.clone_from(&name);
    name.into()
}

/// Keeps what is cut off the journal, where a person can look at it.
fn keep_copy(dir: &Path, damage: &Damage) {
    let name = damage.path.file_name().unwrap_or_default().to_string_lossy();
    let to = ChunkFolder::of(dir).corrupt().join(format!("journal-{name}-{}", damage.at));
    let copied = fs::read(&damage.path).and_then(|bytes| {
        let start = usize::try_from(damage.at).unwrap_or(usize::MAX).min(bytes.len());
        fs::write(&to, bytes.get(start..).unwrap_or_default())
    });
    match copied {
        Ok(()) if damage.is_cut => {
            tracing::info!(bytes = damage.lost_bytes, "the journal was cut at a torn record");
        }
        Ok(()) => tracing::error!(reason = damage.reason, "the journal is damaged"),
        Err(error) => tracing::error!(%error, "the damaged journal cannot be copied"),
    }
}
