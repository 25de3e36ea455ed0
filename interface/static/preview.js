// Previews a citation's quote while its marker is hovered or focused; Escape dismisses it, and the
// pointer may move onto it. Documents' text only ever becomes text nodes.
const preview = element.querySelector('.fn-preview');
const PREVIEW_AFTER_MS = 120; // a pointer that only passes shows nothing
const PREVIEW_STAYS_MS = 200; // time to move onto it
let previewed = null; // the marker whose quote is shown
let previewTimer = 0;

function previewing() {
  return previewed !== null;
}

function placePreview(anchor) {
  const zoom = preview.currentCSSZoom ?? 1;
  const place = anchor.getBoundingClientRect();
  const [width, height] = [preview.offsetWidth * zoom, preview.offsetHeight * zoom];
  const left = Math.min(Math.max(8, place.left - 24), document.documentElement.clientWidth - width - 8);
  const below = place.bottom + 6;
  const top = below + height <= innerHeight - 8 ? below : Math.max(8, place.top - height - 6);
  preview.style.left = left / zoom + 'px';
  preview.style.top = top / zoom + 'px';
}

function showPreview(anchor, citation) {
  hidePreview();
  const quote = make('blockquote', '', citation.quote);
  quote.dir = 'auto';
  const where = citation.place ? make('bdi', '', ' · ' + placed(citation.place)) : null;
  preview.replaceChildren(make('p', 'fn-preview-title', make('bdi', '', citation.title), where), quote);
  preview.showPopover();
  placePreview(anchor);
  anchor.setAttribute('aria-describedby', preview.id);
  previewed = anchor;
}

function hidePreview() {
  clearTimeout(previewTimer);
  if (previewed === null) return;
  previewed.removeAttribute('aria-describedby');
  previewed = null;
  preview.hidePopover();
}

function later(action, wait) {
  clearTimeout(previewTimer);
  previewTimer = setTimeout(action, wait);
}

// Makes a marker show its citation's quote.
function previews(node, citation) {
  node.addEventListener('pointerenter', (event) => {
    if (event.pointerType !== 'touch') later(() => showPreview(node, citation), PREVIEW_AFTER_MS);
  });
  node.addEventListener('pointerleave', () => later(hidePreview, PREVIEW_STAYS_MS));
  node.addEventListener('focus', () => {
    if (node.matches(':focus-visible')) showPreview(node, citation);
  });
  node.addEventListener('blur', hidePreview);
  node.addEventListener('click', hidePreview);
  return node;
}

preview.addEventListener('pointerenter', () => clearTimeout(previewTimer));
preview.addEventListener('pointerleave', () => later(hidePreview, PREVIEW_STAYS_MS));
element.querySelector('.fn-conversation').addEventListener('scroll', hidePreview);
addEventListener('resize', hidePreview);
