// The buttons under an answer. Runs before conversation.js, in the same scope, which calls
// `answerActions`, `changesSince` and `showKept`.
const REASONS = { // the server's names for them, each with its string
  answered: [
    ['wrong answer', 'reason_answer'],
    ['wrong citation', 'reason_citation'],
    ['should have declined', 'reason_decline'],
    ['other', 'reason_other'],
  ],
  abstained: [
    ['should have answered', 'reason_abstained'],
    ['other', 'reason_other'],
  ],
};
const SHAPES = {
  up: 'M7 21V10l5-8c1.6 0 2.5 1.2 2.1 2.8L13 9h6.2c1.3 0 2.2 1.2 1.9 2.4l-2 8A2 2 0 0 1 17.2 21ZM3 10h2v11H3Z',
  down: 'M17 3v11l-5 8c-1.6 0-2.5-1.2-2.1-2.8L11 15H4.8c-1.3 0-2.2-1.2-1.9-2.4l2-8A2 2 0 0 1 6.8 3ZM21 14h-2V3h2Z',
};
const rows = new Map(); // the row of each turn that is on show, by the turn's id

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}

function actionButton(label, action, ...shown) {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = 'fn-action';
  node.append(...(shown.length > 0 ? shown : [label]));
  if (shown.length > 0) {
    node.setAttribute('aria-label', label);
    node.title = label;
  }
  node.addEventListener('click', action);
  return node;
}

function showVerdict(row, verdict) {
  row.up.setAttribute('aria-pressed', String(verdict === 'up'));
  row.down.setAttribute('aria-pressed', String(verdict === 'down'));
}

function tell(row, text) {
  row.status.textContent = text;
}

function judge(row, turn, verdict, reasons, rightAnswer) {
  tell(row, t('judge_sending'));
  trigger('judge', { turn: turn.id, verdict, reasons, right_answer: rightAnswer });
}

function reasonBox([reason, name]) {
  const label = document.createElement('label');
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.value = reason;
  label.append(box, ' ' + t(name));
  return label;
}

function rightAnswerField() {
  const label = document.createElement('label');
  const field = document.createElement('textarea');
  field.rows = 2;
  field.maxLength = 2000;
  field.dir = 'auto';
  label.className = 'fn-right-answer';
  label.append(t('judge_right'), field);
  return label;
}

function closeForm(row) {
  row.form?.remove();
  row.form = null;
  row.down.setAttribute('aria-expanded', 'false');
}

function openForm(row, turn) {
  const form = document.createElement('form');
  const reasons = document.createElement('fieldset');
  const legend = document.createElement('legend');
  const right = rightAnswerField();
  const send = actionButton(t('judge_send'), () => {});
  send.type = 'submit';
  send.classList.add('fn-send');
  legend.textContent = t('judge_wrong');
  reasons.append(legend, ...REASONS[turn.state].map(reasonBox));
  form.className = 'fn-judging';
  form.append(reasons, right, send, actionButton(t('edit_cancel'), () => { closeForm(row); row.down.focus(); }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = [...form.querySelectorAll('input:checked')].map((box) => box.value);
    judge(row, turn, 'down', chosen, right.querySelector('textarea').value);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    closeForm(row);
    row.down.focus();
  });
  row.node.append(form);
  row.form = form;
  row.down.setAttribute('aria-expanded', 'true');
  form.querySelector('input').focus({ preventScroll: true });
  form.scrollIntoView({ block: 'nearest' });
}

function answerActions(turn) {
  if (!turn.id || !REASONS[turn.state]) return null;
  const node = document.createElement('div');
  const bar = document.createElement('div');
  const status = document.createElement('span');
  const row = { node, status, form: null };
  row.up = actionButton(t('judge_good'), () => {
    closeForm(row);
    judge(row, turn, 'up', [], '');
  }, icon('up'));
  row.down = actionButton(t('judge_bad'), () => (row.form ? closeForm(row) : openForm(row, turn)), icon('down'));
  const link = actionButton(t('copy_link'), () => trigger('link_answer', { turn: turn.id }));
  const receipt = actionButton(t('receipt'), () => trigger('receipt', { turn: turn.id }));
  receipt.title = t('receipt_title');
  node.className = 'fn-actions';
  bar.className = 'fn-actions-bar';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', t('answer_actions'));
  status.className = 'fn-actions-status';
  status.setAttribute('role', 'status');
  bar.append(row.up, row.down, link, receipt, status);
  node.append(bar);
  showVerdict(row, turn.judged);
  rows.set(turn.id, row);
  return node;
}

async function showLink(row, id) {
  const address = new URL(location.href);
  address.search = '?answer=' + encodeURIComponent(id);
  address.hash = '';
  let field = row.node.querySelector('.fn-link-field');
  if (!field) {
    field = document.createElement('input');
    field.className = 'fn-link-field';
    field.readOnly = true;
    field.setAttribute('aria-label', t('link_label'));
    row.node.append(field);
  }
  field.value = address.href;
  field.focus();
  field.select();
  let copied = false;
  try {
    await navigator.clipboard.writeText(address.href); // there is none but on HTTPS and loopback
    copied = true;
  } catch (error) {
    copied = document.execCommand('copy');
  }
  tell(row, t(copied ? 'link_copied' : 'link_copy'));
}

document.addEventListener('footnote:news', ({ detail }) => {
  const row = rows.get(detail.turn);
  if (!row) return;
  if (detail.error) tell(row, told(detail.error));
  if (detail.link) showLink(row, detail.link);
  if (detail.verdict) {
    const sent = row.form?.contains(document.activeElement);
    closeForm(row);
    if (sent) row.down.focus();
    showVerdict(row, detail.verdict);
    tell(row, t('judge_noted'));
  }
});

// Notes beside a source that is no longer what it was: which citations, and what became of it.
function changesSince(citations) {
  const notes = new Map();
  for (const citation of citations) {
    if (citation.since) notes.set(citation.since, [...(notes.get(citation.since) ?? []), citation.marker]);
  }
  return [...notes].map(([text, markers]) => {
    const note = document.createElement('span');
    note.className = 'fn-since';
    note.textContent = markers.length < citations.length ? markers.join(', ') + ': ' + told(text) : told(text);
    return note;
  });
}

// A shared answer can be read and checked, but is nobody's conversation to go on with.
function drawShared(value) {
  const chat = element.closest('#chat');
  chat.classList.toggle('fn-shared', Boolean(value.shared));
  chat.querySelector('.fn-shared-note')?.remove();
  if (!value.shared) return;
  const note = document.createElement('p');
  const own = document.createElement('a');
  note.className = 'fn-shared-note';
  own.href = location.pathname;
  own.textContent = t('shared_own');
  note.append(t('shared_note', { date: value.shared.slice(0, 10) }) + ' ', own);
  element.querySelector('.fn-conversation').prepend(note);
}

function showKept(value) {
  drawShared(value);
  const kept = turns().filter((turn) => turn.id);
  const detail = { id: value.id, latest: kept.at(-1)?.id ?? null };
  document.dispatchEvent(new CustomEvent('footnote:shown', { detail }));
}
