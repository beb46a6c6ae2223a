use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use model::Labels;
use relay::store::Store;

use super::sealed::entry;
use super::world::{World, all, problems};

const DAY: Duration = Duration::from_secs(86_400);

fn fill(world: &World) -> Vec<std::path::PathBuf> {
    let chunk = |n: u64| {
        let labels = Labels::from([("job", format!("job {}", n % 3))]);
        world.seal(&labels, vec![entry(n as i64, n, "x"), entry(n as i64, n + 100, "y")], DAY)
    };
    (0..20).map(chunk).collect()
}

fn opened(world: &World) -> Store {
    Store::open(world.options()).unwrap()
}

/// A world with a list of its chunks, and what these hold.
fn listed() -> (World, Vec<std::path::PathBuf>, usize) {
    let world = World::new();
    let paths = fill(&world);
    let store = opened(&world);
    let num = all(&store).len();
    store.shutdown();
    assert!(world.data().join("chunks.list").exists());
    (world, paths, num)
}

#[test]
fn a_start_opens_no_chunk_that_the_list_knows() {
    let (world, paths, num) = listed();
    // What is in the files is not looked at, only that they are as they were.
    for path in &paths {
        let metadata = fs::metadata(path).unwrap();
        fs::write(path, vec![0; metadata.len() as usize]).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(metadata.modified().unwrap()).unwrap();
    }
    let store = opened(&world);
    assert!(problems(&store).is_empty());
    assert_eq!(store.status().entries, num as u64);
}

#[test]
fn a_list_that_is_wrong_costs_nothing() {
    type Spoil = fn(&Path);
    let spoils: [Spoil; 6] = [
        |list| fs::remove_file(list).unwrap(),
        |list| fs::write(list, "").unwrap(),
        |list| fs::write(list, "LPlist1\nand then something else").unwrap(),
        |list| {
            let bytes = fs::read(list).unwrap();
            fs::write(list, &bytes[..bytes.len() - 5]).unwrap();
        },
        |list| {
            let mut bytes = fs::read(list).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(list, bytes).unwrap();
        },
        |list| {
            fs::remove_file(list).unwrap();
            fs::create_dir(list).unwrap();
        },
    ];
    for (at, spoil) in spoils.iter().enumerate() {
        let (world, _, num) = listed();
        spoil(&world.data().join("chunks.list"));
        let store = opened(&world);
        assert_eq!(all(&store).len(), num, "{at}");
        assert!(problems(&store).is_empty(), "{at}");
        store.shutdown();
        assert_eq!(all(&opened(&world)).len(), num, "{at}");
    }
}

#[test]
fn what_came_and_went_since_the_list_was_written_is_seen() {
    let (world, paths, num) = listed();
    fs::remove_file(&paths[3]).unwrap();
    world.seal(&Labels::from([("job", "new")]), vec![entry(7, 1000, "new")], DAY);
    let bytes = fs::read(&paths[5]).unwrap();
    fs::write(&paths[5], &bytes[..bytes.len() - 1]).unwrap();
    let store = opened(&world);
    assert_eq!(all(&store).len(), num - 2 - 2 + 1);
    assert_eq!(problems(&store), ["corrupt_chunk"]);
}
