/// A list whose items keep their memory when the list is emptied: what is filled anew for each
/// entry allocates only for the first ones.
#[derive(Debug, Default)]
pub(crate) struct Pool<T> {
    items: Vec<T>,
    used: usize,
}

impl<T: Default> Pool<T> {
    pub(crate) const fn clear(&mut self) {
        self.used = 0;
    }

    /// One item more. It holds what it last held.
    pub(crate) fn push(&mut self) -> &mut T {
        if self.used == self.items.len() {
            self.items.push(T::default());
        }
        self.used += 1;
        &mut self.items[self.used - 1]
    }

    /// The item at a position that `position` gave.
    pub(crate) fn at(&mut self, at: usize) -> &mut T {
        &mut self.items[at]
    }

    /// Keeps the order of the others.
    pub(crate) fn remove(&mut self, at: usize) {
        if at < self.used {
            self.items[at..self.used].rotate_left(1);
            self.used -= 1;
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.used
    }

    /// Keeps the first `len`, if there are more.
    pub(crate) const fn truncate(&mut self, len: usize) {
        if len < self.used {
            self.used = len;
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.used == 0
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.get(..self.used).unwrap_or(&[]).iter()
    }

    pub(crate) fn position(&self, test: impl FnMut(&T) -> bool) -> Option<usize> {
        self.iter().position(test)
    }
}
