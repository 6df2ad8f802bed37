const dark_preferred = matchMedia('(prefers-color-scheme: dark)');

function preferred() {
  return dark_preferred.matches ? 'dark' : 'light';
}

/// The button that overrides what the system prefers. Choosing what the system prefers anyway takes
/// the override away, so that the page follows the system again.
export class Theme {
  /// Calls `changed(override)` with 'dark', 'light' or null, also when the system changes its mind.
  constructor(button, changed) {
    this.button = button;
    this.changed = changed;
    this.override = document.documentElement.dataset.theme ?? null;
    button.addEventListener('click', () => this.set(this.shown() === 'dark' ? 'light' : 'dark'));
    dark_preferred.addEventListener('change', () => this.apply());
    this.label();
  }

  shown() {
    return this.override ?? preferred();
  }

  set(theme) {
    this.override = theme === preferred() ? null : theme;
    this.apply();
  }

  apply() {
    if (this.override) {
      document.documentElement.dataset.theme = this.override;
    } else {
      delete document.documentElement.dataset.theme;
    }
    this.label();
    this.changed(this.override);
  }

  label() {
    const other = this.shown() === 'dark' ? 'light' : 'dark';
    this.button.setAttribute('aria-label', `Switch to the ${other} theme`);
    this.button.title = `Switch to the ${other} theme`;
  }
}
