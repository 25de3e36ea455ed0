// Adds files one after the other: each is sent, indexed and reported by itself, so that a bad one
// stops nothing and the rest can be stopped at any time. File names only ever become text nodes.
const find = (selector) => element.querySelector(selector);
const POLL_MS = 300;
const entries = []; // {file, name, collection, state, reason, node}
let working = false;
const running = new Set(); // the tokens of what the server is doing
let adding = null; // the one of the file that is being added
let stopping = false;

function newToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isOver(entry) {
  return !['waiting', 'uploading', 'reading'].includes(entry.state);
}

function megabytes(bytes) {
  return t('megabytes', { size: Math.round(bytes / 1e5) / 10 });
}

// Calls `show` with the server's progress until `work` is over.
async function follow(token, work, show) {
  running.add(token);
  const timer = setInterval(async () => {
    const step = await reached(server.describe_job(token), null);
    if (step && running.has(token)) show(step);
  }, POLL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    running.delete(token);
  }
}

function tellStep(step) {
  return step.total && step.stage === 'passages' ? t('file_passages', { done: step.done, total: step.total }) : t('file_reading');
}

function setState(entry, state, detail = '') {
  entry.state = state;
  entry.reason = detail;
  drawEntry(entry);
  drawHead();
}

async function addFile(entry) {
  if (entry.file === null) {
    setState(entry, 'refused', t('upload_unreadable'));
    return;
  }
  const most = props.value?.max_file_bytes;
  if (most && entry.file.size > most) {
    setState(entry, 'refused', t('upload_large', { size: megabytes(entry.file.size), most: megabytes(most) }));
    return;
  }
  setState(entry, 'uploading');
  const file = await upload(entry.file);
  if (stopping) return;
  setState(entry, 'reading');
  adding = newToken();
  const request = { file, name: entry.name, collection: entry.collection, token: adding };
  const reply = await follow(adding, server.add_file(request), (step) => {
    entry.node.querySelector('.fn-file-state').textContent = tellStep(step);
  });
  const outcome = reply.outcomes[0];
  setState(entry, outcome?.state ?? 'unchanged', outcome?.reason ?? '');
}

async function workThrough() {
  if (working) return;
  working = true;
  stopping = false;
  drawHead();
  for (let entry = nextEntry(); entry && !stopping; entry = nextEntry()) {
    try {
      await addFile(entry);
    } catch {
      setState(entry, 'refused', t('upload_failed'));
    }
  }
  for (const entry of entries) if (!isOver(entry)) setState(entry, 'stopped');
  working = false;
  drawHead();
  const total = (state) => entries.filter((entry) => entry.state === state).length;
  find('.fn-queue-said').textContent =
    t('said_added', { added: total('added'), unchanged: total('unchanged'), refused: total('refused') });
  trigger('renew', {});
}

function nextEntry() {
  return entries.find((entry) => entry.state === 'waiting');
}

function stopQueue() {
  stopping = true;
  if (running.has(adding)) server.stop_job(adding);
}

function retry(entry) {
  setState(entry, 'waiting');
  workThrough();
}

function retryAll() {
  for (const entry of entries) if (['refused', 'stopped'].includes(entry.state)) setState(entry, 'waiting');
  workThrough();
}

// Where a file goes is settled when it is chosen: another collection may be named while it waits.
function enqueue(files, collection = find('.fn-into').value) {
  const list = find('.fn-queue-list');
  for (const { file, name } of files) {
    const entry = { file, name, collection, state: 'waiting', reason: '', node: make('li', '') };
    entries.push(entry);
    list.append(entry.node);
    drawEntry(entry);
  }
  if (files.length > 0) workThrough();
}

function drawEntry(entry) {
  const failed = entry.state === 'refused' || entry.state === 'stopped';
  const again = failed ? button('fn-quiet fn-retry', t('queue_retry')) : null;
  again?.addEventListener('click', () => retry(entry));
  entry.node.className = 'fn-file fn-' + entry.state;
  entry.node.replaceChildren(make('div', 'fn-file-text', make('bdi', 'fn-file-name', entry.name),
    make('span', 'fn-file-state', t('file_' + entry.state)),
    entry.reason ? make('span', 'fn-file-reason', told(entry.reason)) : ''), again ?? '');
}

function drawHead() {
  const done = entries.filter(isOver).length;
  const failed = entries.filter((entry) => ['refused', 'stopped'].includes(entry.state)).length;
  find('.fn-queue').hidden = entries.length === 0;
  find('.fn-queue progress').max = Math.max(1, entries.length);
  find('.fn-queue progress').value = done;
  find('.fn-queue-count').textContent = t('queue_progress', { done, total: entries.length });
  find('.fn-queue-stop').hidden = !working;
  find('.fn-queue-clear').hidden = working;
  find('.fn-queue-retry').hidden = working || failed === 0;
  find('.fn-queue-retry').textContent = t('queue_retry_all', { count: failed });
}

function isHidden(name) {
  return name.split('/').some((part) => part.startsWith('.'));
}

// The files below what was dropped, each with the path below it; hidden ones are left out, and what
// can't be read has no file.
async function readEntry(entry) {
  if (isHidden(entry.name)) return [];
  const name = entry.fullPath.replace(/^\//, '');
  const found = [];
  try {
    if (entry.isFile) return [{ file: await new Promise((resolve, reject) => { entry.file(resolve, reject); }), name }];
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (some.length === 0) return found;
      for (const each of some) found.push(...await readEntry(each));
    }
  } catch {
    return [...found, { file: null, name }];
  }
}

async function onDrop(event) {
  event.preventDefault();
  find('.fn-drop').classList.remove('fn-over');
  const collection = find('.fn-into').value; // now, as reading a folder takes a while
  const items = [...event.dataTransfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) enqueue(await readEntry(entry), collection);
    else if (file && !isHidden(file.name)) enqueue([{ file, name: file.name }], collection);
  }
}

function onChosen(event) {
  const chosen = [...event.target.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  event.target.value = '';
  enqueue(chosen.filter(({ name }) => !isHidden(name)));
}

for (const [chooser, input] of [['.fn-choose-files', '.fn-files'], ['.fn-choose-folder', '.fn-folder']]) {
  find(chooser).addEventListener('click', () => find(input).click());
  find(input).addEventListener('change', onChosen);
}
for (const name of ['dragenter', 'dragover']) {
  find('.fn-drop').addEventListener(name, (event) => {
    event.preventDefault();
    find('.fn-drop').classList.add('fn-over');
  });
}
find('.fn-drop').addEventListener('dragleave', () => find('.fn-drop').classList.remove('fn-over'));
find('.fn-drop').addEventListener('drop', onDrop);
find('.fn-queue-stop').addEventListener('click', stopQueue);
find('.fn-queue-retry').addEventListener('click', retryAll);
find('.fn-queue-clear').addEventListener('click', () => {
  entries.length = 0;
  find('.fn-queue-list').replaceChildren();
  drawHead();
});
