// Light or dark: as the system has it, unless somebody chose.

const KEY = 'apsara.theme';
const ORDER = ['system', 'light', 'dark'];

const button = document.getElementById('theme');

function show(theme) {
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', theme);
  button.setAttribute('aria-label', `Theme: ${theme}`);
  button.title = `Theme: ${theme}`;
}

/** Chooses the next theme. */
export function nextTheme() {
  const theme = ORDER[(ORDER.indexOf(localStorage.getItem(KEY) ?? 'system') + 1) % ORDER.length];
  localStorage.setItem(KEY, theme);
  show(theme);
}

button.addEventListener('click', nextTheme);
show(ORDER.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : 'system');
