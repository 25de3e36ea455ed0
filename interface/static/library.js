// Draws the library. File names and titles only ever become text nodes.
const list = element.querySelector('.fn-documents-list');
const GROUPS = [
  ['added', 'Added'],
  ['unchanged', 'Already indexed, unchanged'],
  ['refused', 'Refused'],
];

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}

function button(className, label, action) {
  const node = make('button', className, label);
  node.type = 'button';
  node.addEventListener('click', action);
  return node;
}

function group(kind, label, outcomes) {
  const rows = outcomes.map((outcome) =>
    make('li', '', make('bdi', 'fn-outcome-source', outcome.source),
      kind === 'refused' && outcome.reason ? make('span', 'fn-outcome-reason', outcome.reason) : null));
  return make('div', 'fn-outcome fn-' + kind, make('h3', '', label + ' (' + outcomes.length + ')'),
    make('ul', '', ...rows));
}

function drawOutcomes(value) {
  const nodes = [];
  if (value.message) nodes.push(make('p', 'fn-message' + (value.failed ? ' fn-failed' : ''), value.message));
  for (const [kind, label] of GROUPS) {
    const outcomes = value.report?.[kind] ?? [];
    if (outcomes.length > 0) nodes.push(group(kind, label, outcomes));
  }
  element.querySelector('.fn-outcomes').replaceChildren(...nodes);
}

function day(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? moment : date.toISOString().slice(0, 10);
}

function facts(item) {
  const parts = [];
  if (item.source !== item.title) parts.push(item.source);
  if (item.collection !== 'default') parts.push('in ' + item.collection);
  parts.push(item.size.toLocaleString('en') + (item.size === 1 ? ' character' : ' characters'));
  parts.push(item.chunks.toLocaleString('en') + (item.chunks === 1 ? ' passage' : ' passages'));
  if (item.date !== null) parts.push('dated ' + item.date);
  parts.push('changed ' + day(item.modified));
  return parts.join(' · ');
}

function remover(item) {
  const place = make('span', 'fn-remove');
  const ask = button('fn-quiet', 'Remove', () => {
    place.replaceChildren(yes, no);
    no.focus();
  });
  const yes = button('fn-danger', 'Remove for good', () => trigger('remove', { id: item.id }));
  const no = button('fn-quiet', 'Keep', () => {
    place.replaceChildren(ask);
    ask.focus();
  });
  ask.setAttribute('aria-label', 'Remove ' + item.title);
  place.append(ask);
  return place;
}

function row(item) {
  const text = make('div', 'fn-document-text', make('bdi', 'fn-document-title', item.title),
    make('bdi', 'fn-document-facts', facts(item)));
  return make('li', 'fn-document', text, remover(item));
}

function draw() {
  const value = props.value;
  if (!value || !value.documents) return;
  drawOutcomes(value);
  const shown = value.documents.length;
  const count = value.total === shown ? String(shown) : 'the first ' + shown + ' of ' + value.total;
  element.querySelector('.fn-documents-count').textContent = count;
  element.querySelector('.fn-documents-empty').hidden = shown > 0;
  list.replaceChildren(...value.documents.map(row));
}

watch('value', draw);
draw();
