use std::fs;
use std::path::PathBuf;

use model::{Columns, TimeRange};
use protocol::index::Gap;
use relay::store::{Store, StoreError};

use super::world::{
    World, all, everything, expect_numbered, line, lines, numbered, problems, wait_for,
};

/// A world with chunks on disk; the paths of these.
fn with_chunks() -> (World, Vec<PathBuf>) {
    let world = World::new();
    world.append("app.log", &numbered(0..60_000));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..60_000);
    wait_for("chunks", || chunks(&store) > 0);
    store.shutdown();
    let mut paths: Vec<PathBuf> =
        fs::read_dir(world.data().join("chunks")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    (world, paths)
}

fn chunks(store: &Store) -> usize {
    store.index(&everything(), TimeRange::ALL, &[], Columns::ALL).chunks.len()
}

#[test]
fn a_chunk_without_its_end_is_set_aside() {
    let (world, paths) = with_chunks();
    let bytes = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], &bytes[..bytes.len() / 2]).unwrap();
    let store = world.open();
    assert_eq!(problems(&store), ["corrupt_chunk"]);
    assert_eq!(store.figures().corrupt_chunks, 1);
    assert_eq!(store.figures().chunks, paths.len() as u64 - 1);
    let index = store.index(&everything(), TimeRange::ALL, &[], Columns::ALL);
    assert!(matches!(&index.gaps[..], [Gap::Corrupt { .. }]), "{:?}", index.gaps);
    assert_eq!(chunks(&store), paths.len() - 1);
    assert!(!paths[0].exists());
    assert!(world.data().join("corrupt").join(paths[0].file_name().unwrap()).exists());
    // The rest goes on, and it is still told after a restart.
    world.add(&store, "app.log");
    world.append("app.log", &numbered(60_000..60_001));
    wait_for("the next line", || lines(&store).contains(&line(60_000)));
    store.shutdown();
    assert_eq!(problems(&world.open()), ["corrupt_chunk"]);
}

#[test]
fn a_damaged_block_is_found_when_it_is_read() {
    let (world, paths) = with_chunks();
    let mut bytes = fs::read(&paths[0]).unwrap();
    bytes.iter_mut().skip(100).take(1000).for_each(|byte| *byte ^= 0x55);
    fs::write(&paths[0], bytes).unwrap();
    let store = world.open();
    assert!(problems(&store).is_empty());
    let index = store.index(&everything(), TimeRange::ALL, &[], Columns::ALL);
    let id = paths[0].file_stem().unwrap().to_str().unwrap();
    let chunk = index.chunks.iter().find(|chunk| chunk.id == id).unwrap();
    let want = chunk::Want { columns: Columns::ALL, auto_fields: None };
    let read: Result<Vec<_>, _> =
        chunk.blocks.iter().map(|block| store.read_block(chunk, block, want)).collect();
    assert!(matches!(read, Err(StoreError::Corrupt { .. })));
    assert_eq!(problems(&store), ["corrupt_chunk"]);
    let index = store.index(&everything(), TimeRange::ALL, &[], Columns::ALL);
    assert!(
        matches!(&index.gaps[..], [Gap::Corrupt { entries: Some(1..), .. }]),
        "{:?}",
        index.gaps
    );
    // A reader elsewhere may say so as well; it is not taken at its word.
    for other in &index.chunks {
        assert!(!store.check_chunk(&other.id));
    }
    let gone = store.read_block(chunk, &chunk.blocks[0], want);
    assert!(matches!(gone, Err(StoreError::Gone { .. })));
}

#[test]
fn a_damaged_journal_is_set_aside_and_the_files_are_read_again() {
    let world = World::new();
    for n in 0..20 {
        world.append("app.log", &numbered(n * 10..n * 10 + 10));
        let store = world.follow("app.log");
        expect_numbered(&store, 0..n * 10 + 10);
        store.abort();
    }
    let segment = fs::read_dir(world.data().join("journal")).unwrap().next().unwrap().unwrap();
    let mut bytes = fs::read(segment.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(segment.path(), bytes).unwrap();
    let store = world.open();
    assert_eq!(problems(&store), ["corrupt_journal"]);
    assert!(all(&store).len() < 200);
    world.add(&store, "app.log");
    expect_numbered(&store, 0..200);
    assert_eq!(fs::read_dir(world.data().join("corrupt")).unwrap().count(), 1);
}
