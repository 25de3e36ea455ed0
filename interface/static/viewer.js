// Draws passages of documents. Their text only ever becomes text nodes: it is never parsed as HTML.
const find = (selector) => element.querySelector(selector);
const body = find('.fn-viewer-body');
const text = find('.fn-viewer-text');
const panes = element.closest('#panes');
let shown = null; // the request that is on show
let latest = 0; // a slow reply must not replace a newer one

function drawSegments(segments) {
  const nodes = document.createDocumentFragment();
  let mark = null;
  for (const segment of segments) {
    const span = document.createElement('span');
    if (segment.heading) span.className = 'fn-heading';
    if (segment.place !== null) {
      span.classList.add('fn-page-start');
      span.dataset.page = segment.place[0].toUpperCase() + segment.place.slice(1);
    }
    span.append(document.createTextNode(segment.text));
    if (segment.quote && mark === null) {
      mark = document.createElement('mark');
      nodes.append(mark);
    }
    (segment.quote ? mark : nodes).append(span);
  }
  text.replaceChildren(nodes);
  return mark;
}

function describe(view) {
  const parts = [];
  if (view.source !== view.title) parts.push(view.source);
  if (view.place !== null) parts.push(view.place);
  if (view.date !== null) parts.push(view.date);
  return parts.join(' · ');
}

function showNote(note) {
  find('.fn-viewer-note').textContent = note;
  find('.fn-viewer-note').hidden = note === '';
}

function draw(view, keepPlace) {
  const before = keepPlace ? find('mark')?.getBoundingClientRect().top : undefined;
  find('.fn-viewer-title').textContent = view.title;
  find('.fn-viewer-meta').textContent = describe(view);
  showNote(view.note);
  const mark = drawSegments(view.segments);
  find('[data-side=before]').hidden = !view.more_before;
  find('[data-side=after]').hidden = !view.more_after;
  find('.fn-viewer-empty').hidden = true;
  find('.fn-viewer-head').hidden = false;
  body.hidden = false;
  if (mark === null) {
    if (!keepPlace) body.scrollTop = 0;
    return;
  }
  const place = mark.getBoundingClientRect();
  const wanted = before ?? body.getBoundingClientRect().top + body.clientHeight / 4;
  body.scrollTop += place.top - wanted;
}

async function open(request, { keepPlace = false } = {}) {
  const turn = ++latest;
  element.classList.add('fn-busy');
  let view;
  try {
    view = await server.open_passage(request);
  } catch (error) {
    view = { error: 'The server does not answer. Is it still running?' };
  }
  if (turn !== latest) return;
  element.classList.remove('fn-busy');
  panes.classList.add('fn-reading');
  if (view.error !== undefined) {
    find('.fn-viewer-empty').hidden = true;
    find('.fn-viewer-head').hidden = false;
    if (!keepPlace) {
      find('.fn-viewer-title').textContent = '';
      find('.fn-viewer-meta').textContent = '';
      body.hidden = true;
    }
    showNote(view.error);
    return;
  }
  shown = { ...request, reach: view.reach };
  draw(view, keepPlace);
}

function close() {
  panes.classList.remove('fn-reading');
  document.dispatchEvent(new CustomEvent('footnote:closed'));
}

document.addEventListener('footnote:open', (event) => open(event.detail));
find('.fn-close').addEventListener('click', close);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && panes.classList.contains('fn-reading')) close();
});
for (const button of element.querySelectorAll('.fn-more')) {
  button.addEventListener('click', () => open({ ...shown, reach: shown.reach * 4 }, { keepPlace: true }));
}
