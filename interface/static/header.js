// The switch between the light and the dark look; `look.js` in the page's head applies and keeps it.
const look = element.querySelector('.fn-look');

function drawLook() {
  const other = document.body.classList.contains('dark') ? 'light' : 'dark';
  look.textContent = t('look_' + other);
  look.setAttribute('aria-label', t('look_label', { look: t('look_' + other) }));
  look.dataset.look = other;
}

look.addEventListener('click', () => {
  document.dispatchEvent(new CustomEvent('footnote:look', { detail: look.dataset.look }));
});
new MutationObserver(drawLook).observe(document.body, { attributeFilter: ['class'] });
document.documentElement.lang = language;
document.documentElement.dir = t('direction');
drawLook();
