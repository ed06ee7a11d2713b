/* A provider in plain C against the C headers alone: an example, and what the tests of the boundary
 * run.
 *
 * Its format: one record a line, fields separated by tabs.
 *   session   ID   PROJECT          the first line
 *   user      ID   TIME   TEXT
 *   agent     ID   TIME   TEXT
 *   call      ID   TIME   NAME   JSON
 *   result    ID   TIME   TEXT      the result of the call of that id
 *   queued    ID   TIME   TEXT      typed ahead; it counts once it is delivered
 *   deliver   ID
 *   withdraw  ID
 * Anything else is kept as provider.raw.
 */
/* NOLINTBEGIN(readability-identifier-naming): C has names of its own */
#include <kato/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 5
#define MAX_HELD 16
#define STATE_VERSION 1u

static kato_str literal(const char* text) {
  kato_str str = {text, strlen(text)};
  return str;
}

static int equals(kato_str str, const char* text) {
  return str.size == strlen(text) && memcmp(str.data, text, str.size) == 0;
}

static int same(kato_str one, kato_str other) {
  return one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
}

/* ---- Records ----------------------------------------------------------------------------------
 */

typedef struct record {
  kato_bytes bytes; /* with the line end */
  uint64_t offset;
  kato_str field[MAX_FIELDS];
  size_t field_count;
} record;

/* Splits a line into at most MAX_FIELDS fields; the last one takes what is left. */
static record split(kato_bytes line, uint64_t offset) {
  record split = {.bytes = line, .offset = offset};
  const char* at = (const char*)line.data;
  const char* end = at + line.size;
  if (end > at && end[-1] == '\n') --end;
  while (split.field_count < MAX_FIELDS) {
    const char* tab = NULL;
    if (split.field_count + 1 < MAX_FIELDS && end > at) tab = memchr(at, '\t', (size_t)(end - at));
    kato_str* const field = &split.field[split.field_count++];
    field->data = at;
    field->size = (size_t)((tab != NULL ? tab : end) - at);
    if (tab == NULL) break;
    at = tab + 1;
  }
  return split;
}

/* What is held back: where, and what lies there. Of its text only a hash of the id is kept. */
typedef struct held {
  kato_range range;
  uint64_t id_hash;
} held;

struct kato_provider_instance {
  uint64_t raw_count;
  uint64_t held_count;
  held held[MAX_HELD];
};

/* One call of decode. */
typedef struct decoding {
  kato_provider_instance* self;
  const kato_host* host;
  const kato_emitter* out;
} decoding;

static void report(const decoding* d, const record* r, enum kato_record_outcome outcome,
                   const char* reason) {
  kato_record report = {.struct_size = sizeof report,
                        .outcome = (int32_t)outcome,
                        .offset_bytes = r->offset,
                        .length_bytes = r->bytes.size,
                        .type = r->field[0]};
  if (report.type.size > 32) report.type = literal("unknown");
  if (outcome == KATO_RECORD_RAW || outcome == KATO_RECORD_MALFORMED) {
    report.type = literal("unknown");
  }
  if (report.type.size == 0) report.type = literal("blank");
  if (reason != NULL) report.reason = literal(reason);
  if (r->field_count > 1 && r->field[1].size <= 512) report.key = r->field[1];
  d->out->record(d->out->context, &report);
}

static void emit(const decoding* d, const record* r, enum kato_event_kind kind, kato_str key,
                 const kato_payload* payload) {
  kato_draft draft = {.struct_size = sizeof draft,
                      .kind = (int32_t)kind,
                      .record_key = key,
                      .part_key = literal("part"),
                      .record_offset_bytes = r->offset,
                      .record_length_bytes = r->bytes.size,
                      .cursor = {.kind = KATO_CURSOR_BYTE_OFFSET, .value = r->offset},
                      .provider_event_type = r->field[0],
                      .payload = payload};
  if (kind == KATO_PROVIDER_RAW) draft.provider_event_type = literal("unknown");
  if (r->field_count > 2 && kind != KATO_PROVIDER_RAW) draft.provider_timestamp = r->field[2];
  d->out->draft(d->out->context, &draft);
}

/* user, agent, result, queued once it is delivered */
static void map_text(const decoding* d, const record* r, enum kato_event_kind kind) {
  kato_payload payload = {.struct_size = sizeof payload, .text = r->field[3]};
  if (kind == KATO_ASSISTANT_TOOL_RESULT) payload.tool_call_id = r->field[1];
  emit(d, r, kind, r->field[1], &payload);
}

static void map_call(const decoding* d, const record* r) {
  const kato_payload payload = {.struct_size = sizeof payload,
                                .tool_call_id = r->field[1],
                                .tool_name = r->field[3],
                                .input_json = r->field[4]};
  emit(d, r, KATO_ASSISTANT_TOOL_CALL, r->field[1], &payload);
}

static void map_raw(const decoding* d, const record* r) {
  char key[64];
  const uint64_t hash = d->host->hash(d->host->context, r->bytes);
  const int size = snprintf(key, sizeof key, "raw/%016llx/%llu", (unsigned long long)hash,
                            (unsigned long long)d->self->raw_count++);
  const kato_payload payload = {.struct_size = sizeof payload, .raw_type = literal("unknown")};
  const kato_str key_text = {key, (size_t)size};
  emit(d, r, KATO_PROVIDER_RAW, key_text, &payload);
  report(d, r, KATO_RECORD_RAW, NULL);
}

/* ---- Held records ------------------------------------------------------------------------------
 */

static uint64_t hash_text(const decoding* d, kato_str text) {
  const kato_bytes bytes = {(const uint8_t*)text.data, text.size};
  return d->host->hash(d->host->context, bytes);
}

static void hold(const decoding* d, const record* r) {
  kato_provider_instance* const self = d->self;
  if (self->held_count == MAX_HELD) {
    report(d, r, KATO_RECORD_IGNORED, "too-many-queued");
    return;
  }
  held* const entry = &self->held[self->held_count++];
  entry->range.offset_bytes = r->offset;
  entry->range.length_bytes = r->bytes.size;
  entry->range.hash = d->host->hash(d->host->context, r->bytes);
  entry->id_hash = hash_text(d, r->field[1]);
  report(d, r, KATO_RECORD_HELD, NULL);
}

/* Decides the held record with the id of `r`. */
static kato_status settle(const decoding* d, const record* r, int deliver) {
  kato_provider_instance* const self = d->self;
  const uint64_t id_hash = hash_text(d, r->field[1]);
  uint64_t i = 0;
  while (i < self->held_count && self->held[i].id_hash != id_hash) {
    ++i;
  }
  if (i == self->held_count) {
    report(d, r, KATO_RECORD_IGNORED, "nothing-queued");
    return KATO_OK;
  }
  const held entry = self->held[i];
  kato_bytes bytes = {NULL, 0};
  const kato_status status = d->host->read_back(d->host->context, entry.range, &bytes);
  if (status == KATO_RETRY_LATER) return status;
  memmove(&self->held[i], &self->held[i + 1], (self->held_count - i - 1) * sizeof(held));
  --self->held_count;
  if (status != KATO_OK) {
    const record gone = {.bytes = {NULL, entry.range.length_bytes},
                         .offset = entry.range.offset_bytes,
                         .field = {literal("queued")},
                         .field_count = 1};
    report(d, &gone, KATO_RECORD_IGNORED, "lost: source-gone");
  } else {
    const record queued = split(bytes, entry.range.offset_bytes);
    if (deliver) map_text(d, &queued, KATO_USER_MESSAGE);
    report(d, &queued, deliver ? KATO_RECORD_MAPPED : KATO_RECORD_IGNORED,
           deliver ? NULL : "withdrawn");
  }
  report(d, r, KATO_RECORD_IGNORED, "bookkeeping");
  return KATO_OK;
}

/* ---- The table ---------------------------------------------------------------------------------
 */

static kato_status describe_sources(const kato_host* host, kato_str options,
                                    const kato_source_description** out) {
  static const kato_str roots[] = {{"~/.toy", 6}};
  static const kato_source_pattern patterns[] = {{.struct_size = sizeof(kato_source_pattern),
                                                  .growth = KATO_GROWTH_APPEND,
                                                  .include = {"**/*.toy", 8}}};
  static const kato_source_description description = {.struct_size = sizeof description,
                                                      .default_roots = roots,
                                                      .default_root_count = 1,
                                                      .patterns = patterns,
                                                      .pattern_count = 1};
  (void)host;
  (void)options;
  *out = &description;
  return KATO_OK;
}

static kato_status probe(const kato_host* host, const kato_probe_input* input,
                         const kato_identity_writer* out, int32_t* verdict) {
  (void)host;
  *verdict = KATO_PROBE_NOT_MINE;
  if (input->head.size == 0) {
    *verdict = KATO_PROBE_NEED_MORE_BYTES;
    return KATO_OK;
  }
  const uint8_t* const end = memchr(input->head.data, '\n', input->head.size);
  const kato_bytes line = {input->head.data,
                           end != NULL ? (size_t)(end - input->head.data) : input->head.size};
  const record first = split(line, 0);
  if (!equals(first.field[0], "session")) return KATO_OK;
  if (end == NULL && !input->whole_file) {
    *verdict = KATO_PROBE_NEED_MORE_BYTES;
    return KATO_OK;
  }
  if (first.field_count < 2 || first.field[1].size == 0 || first.field[1].size > 256) {
    return KATO_OK;
  }
  kato_identity identity = {.struct_size = sizeof identity,
                            .driver = KATO_DRIVER_PERSON,
                            .provider_session_id = first.field[1]};
  if (first.field_count > 2) identity.project_directory = first.field[2];
  *verdict = KATO_PROBE_MINE;
  out->identity(out->context, &identity);
  return KATO_OK;
}

static kato_status open_instance(const kato_host* host, const kato_open_input* input,
                                 kato_provider_instance** out) {
  *out = NULL;
  kato_provider_instance* const self = calloc(1, sizeof *self);
  if (self == NULL) return KATO_RETRY_LATER;
  if (input->state != NULL) {
    const kato_state_blob* const state = input->state;
    if (state->version != STATE_VERSION || state->blob.size != sizeof *self) {
      const kato_str why = literal("the state is of another version");
      host->error(host->context, KATO_UNSUPPORTED, UINT64_MAX, why);
      free(self);
      return KATO_UNSUPPORTED;
    }
    memcpy(self, state->blob.data, sizeof *self);
    if (self->held_count > MAX_HELD) {
      free(self);
      return KATO_UNSUPPORTED;
    }
  }
  *out = self;
  return KATO_OK;
}

static void close_instance(kato_provider_instance* self) {
  free(self);
}

static int has_fields(const record* r, size_t count) {
  return r->field_count >= count && r->field[1].size > 0 && r->field[1].size <= 512;
}

/* The other kinds of records, or that there is no such kind. */
static kato_status decode_rest(const decoding* d, const record* r) {
  const kato_str type = r->field[0];
  const int is_deliver = same(type, literal("deliver"));
  if (is_deliver || equals(type, "withdraw")) {
    if (has_fields(r, 2)) return settle(d, r, is_deliver);
    report(d, r, KATO_RECORD_MALFORMED, "missing-field");
  } else if (equals(type, "session")) {
    report(d, r, KATO_RECORD_IGNORED, "bookkeeping");
  } else if (type.size == 0 && r->field_count == 1) {
    report(d, r, KATO_RECORD_IGNORED, "blank");
  } else {
    map_raw(d, r);
  }
  return KATO_OK;
}

static kato_status decode_record(const decoding* d, const record* r) {
  static const struct {
    const char* type;
    enum kato_event_kind kind;
    size_t fields;
  } kinds[] = {{"user", KATO_USER_MESSAGE, 4},
               {"agent", KATO_ASSISTANT_MESSAGE, 4},
               {"result", KATO_ASSISTANT_TOOL_RESULT, 4},
               {"call", KATO_ASSISTANT_TOOL_CALL, 5},
               {"queued", KATO_USER_MESSAGE, 4}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    if (!equals(r->field[0], kinds[i].type)) continue;
    if (!has_fields(r, kinds[i].fields)) {
      report(d, r, KATO_RECORD_MALFORMED, "missing-field");
    } else if (equals(r->field[0], "queued")) {
      hold(d, r);
    } else {
      if (kinds[i].fields == 5) map_call(d, r);
      if (kinds[i].fields == 4) map_text(d, r, kinds[i].kind);
      report(d, r, KATO_RECORD_MAPPED, NULL);
    }
    return KATO_OK;
  }
  return decode_rest(d, r);
}

static kato_status decode(kato_provider_instance* self, const kato_host* host,
                          const kato_decode_input* input, const kato_emitter* out,
                          uint64_t* consumed_bytes) {
  const decoding d = {self, host, out};
  const uint32_t final_flags = KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL;
  const int is_final = (input->flags & final_flags) == final_flags;
  const uint8_t* at = input->bytes.data;
  const uint8_t* const end = at + input->bytes.size;
  *consumed_bytes = 0;
  while (at < end) {
    const uint8_t* const newline = memchr(at, '\n', (size_t)(end - at));
    if (newline == NULL && !is_final) break;
    const uint8_t* const next = newline != NULL ? newline + 1 : end;
    if (host->cancelled(host->context)) return KATO_CANCELLED;
    const kato_bytes line = {at, (size_t)(next - at)};
    const record r = split(line, input->base_offset_bytes + *consumed_bytes);
    const kato_status status = decode_record(&d, &r);
    if (status == KATO_RETRY_LATER && *consumed_bytes > 0) return KATO_OK;
    if (status != KATO_OK) return status;
    *consumed_bytes += line.size;
    at = next;
  }
  return KATO_OK;
}

static kato_status save(kato_provider_instance* self, const kato_host* host,
                        const kato_state_writer* out) {
  kato_held_record records[MAX_HELD];
  char keys[MAX_HELD][24];
  (void)host;
  for (uint64_t i = 0; i < self->held_count; ++i) {
    const int size =
        snprintf(keys[i], sizeof keys[i], "%016llx", (unsigned long long)self->held[i].id_hash);
    records[i] = (kato_held_record){.struct_size = sizeof(kato_held_record),
                                    .key = {keys[i], (size_t)size},
                                    .range = self->held[i].range};
  }
  const kato_state_blob blob = {sizeof blob, STATE_VERSION, {(const uint8_t*)self, sizeof *self}};
  const kato_saved_state state = {
      .struct_size = sizeof state, .state = &blob, .held = records, .held_count = self->held_count};
  out->state(out->context, &state);
  return KATO_OK;
}

KATO_PLUGIN_NOTE(KATO_PLUGIN_PROVIDER, "toy", "1.0.0", 0);

KATO_EXPORT const kato_plugin_descriptor* KATO_PLUGIN_ENTRY(uint32_t host_abi_major,
                                                            uint32_t host_abi_minor) {
  static const kato_provider_api api = {.struct_size = sizeof api,
                                        .describe_sources = describe_sources,
                                        .probe = probe,
                                        .open = open_instance,
                                        .close = close_instance,
                                        .decode = decode,
                                        .save = save};
  static const kato_plugin_descriptor descriptor = {.struct_size = sizeof descriptor,
                                                    .abi_minor = KATO_ABI_MINOR,
                                                    .kind = KATO_PLUGIN_PROVIDER,
                                                    .id = {"toy", 3},
                                                    .display_name = {"Toy", 3},
                                                    .version = {"1.0.0", 5},
                                                    .author = {"Kato", 4},
                                                    .licence = {"Apache-2.0", 10},
                                                    .provider = &api};
  (void)host_abi_minor;
  return host_abi_major == KATO_ABI_MAJOR ? &descriptor : NULL;
}
/* NOLINTEND(readability-identifier-naming) */
