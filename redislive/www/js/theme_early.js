// Runs before the first paint, so that a page whose address says dark never flashes light. Everything
// else about themes is in theme.js.
'use strict';
(() => {
  const theme = new URLSearchParams(location.search).get('theme');
  if (theme === 'dark' || theme === 'light') {
    document.documentElement.dataset.theme = theme;
  }
})();
