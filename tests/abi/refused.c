/* A plugin that is wrong in one way; which one, the definitions say. Otherwise it is complete, so
 * that nothing but that one fault can be why it is refused. */
/* NOLINTBEGIN(readability-identifier-naming,bugprone-macro-parentheses): C has names of its own */
#include <kato/provider.h>
#include <kato/sink.h>
#include <stdlib.h>

/* Each variant leaves something out. */
#define KATO_MAYBE_UNUSED __attribute__((unused))

#ifndef NOTE_MAJOR
#define NOTE_MAJOR KATO_ABI_MAJOR
#endif
#ifndef NOTE_MINOR
#define NOTE_MINOR KATO_ABI_MINOR
#endif
#ifndef NOTE_KIND
#define NOTE_KIND KATO_PLUGIN_PROVIDER
#endif
#ifndef NOTE_ID
#define NOTE_ID "broken"
#endif
#ifndef NOTE_VERSION
#define NOTE_VERSION "1.0.0"
#endif
#ifndef NOTE_CAPABILITIES
#define NOTE_CAPABILITIES 0
#endif
#ifndef NOTE_SIZE
#define NOTE_SIZE sizeof(kato_note_identity)
#endif
#ifndef MINOR
#define MINOR NOTE_MINOR
#endif
#ifndef KIND
#define KIND NOTE_KIND
#endif
#ifndef ID
#define ID NOTE_ID
#endif
#ifndef VERSION
#define VERSION NOTE_VERSION
#endif
#ifndef CAPABILITIES
#define CAPABILITIES NOTE_CAPABILITIES
#endif
#ifndef DESCRIPTOR_SIZE
#define DESCRIPTOR_SIZE sizeof(kato_plugin_descriptor)
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(kato_provider_api)
#endif
#ifndef SCHEMA
#define SCHEMA ""
#endif
#ifndef SHAPE
#define SHAPE KATO_SINK_RENDER
#endif
#ifndef ENTRY
#define ENTRY KATO_PLUGIN_ENTRY
#endif
#ifndef PROVIDER
#define PROVIDER &provider_api
#endif
#ifndef SINK
#define SINK &sink_api
#endif

/* What is refused by its note alone must not run. */
#ifdef MUST_NOT_RUN
__attribute__((constructor)) static void trap(void) {
  abort();
}
#endif

#ifndef WITHOUT_NOTE
#define NOTE_CONTENT                                                             \
  {                                                                              \
    5u, (uint32_t)sizeof(kato_note_identity), KATO_NOTE_TYPE_IDENTITY, "Kato", { \
      (uint32_t)(NOTE_SIZE), NOTE_MAJOR, NOTE_MINOR, NOTE_KIND,                  \
          (uint32_t)((uint64_t)(NOTE_CAPABILITIES) & 0xffffffffu),               \
          (uint32_t)((uint64_t)(NOTE_CAPABILITIES) >> 32), NOTE_ID, NOTE_VERSION \
    }                                                                            \
  }
KATO_NOTE_SECTION static const kato_note note = NOTE_CONTENT;
#endif
#ifdef SECOND_NOTE
KATO_NOTE_SECTION static const kato_note second_note = NOTE_CONTENT;
#endif

static kato_status describe_sources(const kato_host* host, kato_str options,
                                    const kato_source_description** out) {
  static const kato_source_description description = {.struct_size = sizeof description};
  (void)host;
  (void)options;
  *out = &description;
  return KATO_OK;
}
static kato_status probe(const kato_host* host, const kato_probe_input* input,
                         const kato_identity_writer* out, int32_t* verdict) {
  (void)host;
  (void)input;
  (void)out;
  *verdict = KATO_PROBE_NOT_MINE;
  return KATO_OK;
}
static kato_status open_provider(const kato_host* host, const kato_open_input* input,
                                 kato_provider_instance** out) {
  (void)host;
  (void)input;
  *out = NULL;
  return KATO_UNSUPPORTED;
}
static void close_provider(kato_provider_instance* self) {
  (void)self;
}
KATO_MAYBE_UNUSED static kato_status decode(kato_provider_instance* self, const kato_host* host,
                                            const kato_decode_input* input, const kato_emitter* out,
                                            uint64_t* consumed_bytes) {
  (void)self;
  (void)host;
  (void)input;
  (void)out;
  *consumed_bytes = 0;
  return KATO_OK;
}
static kato_status save(kato_provider_instance* self, const kato_host* host,
                        const kato_state_writer* out) {
  (void)self;
  (void)host;
  (void)out;
  return KATO_RETRY_LATER;
}

static kato_status open_sink(const kato_host* host, const kato_sink_open_input* input,
                             kato_sink_instance** out) {
  (void)host;
  (void)input;
  *out = NULL;
  return KATO_UNSUPPORTED;
}
static void close_sink(kato_sink_instance* self) {
  (void)self;
}
static kato_status begin(kato_sink_instance* self, const kato_host* host,
                         const kato_bytes_writer* out) {
  (void)self;
  (void)host;
  (void)out;
  return KATO_OK;
}
KATO_MAYBE_UNUSED static kato_status append(kato_sink_instance* self, const kato_host* host,
                                            const kato_event_list* events,
                                            const kato_bytes_writer* out) {
  (void)self;
  (void)host;
  (void)events;
  (void)out;
  return KATO_OK;
}
static kato_status save_sink(kato_sink_instance* self, const kato_host* host,
                             const kato_blob_writer* out) {
  (void)self;
  (void)host;
  (void)out;
  return KATO_RETRY_LATER;
}
static kato_status deliver(kato_sink_instance* self, const kato_host* host,
                           const kato_event_list* events, kato_delivery* delivery) {
  (void)self;
  (void)host;
  (void)events;
  (void)delivery;
  return KATO_RETRY_LATER;
}
static kato_status flush(kato_sink_instance* self, const kato_host* host, kato_delivery* delivery) {
  (void)self;
  (void)host;
  (void)delivery;
  return KATO_RETRY_LATER;
}

KATO_MAYBE_UNUSED static const kato_provider_api provider_api = {
    .struct_size = (uint32_t)(TABLE_SIZE),
    .describe_sources = describe_sources,
    .probe = probe,
    .open = open_provider,
    .close = close_provider,
#ifndef WITHOUT_DECODE
    .decode = decode,
#endif
    .save = save};

KATO_MAYBE_UNUSED static const kato_sink_api sink_api = {.struct_size = (uint32_t)(TABLE_SIZE),
                                                         .shape = SHAPE,
                                                         .file_extension = {"txt", 3},
                                                         .media_type = {"text/plain", 10},
                                                         .open = open_sink,
                                                         .close = close_sink,
                                                         .begin = begin,
#ifndef WITHOUT_APPEND
                                                         .append = append,
#endif
                                                         .save = save_sink,
                                                         .deliver = deliver,
                                                         .flush = flush};

#ifndef WITHOUT_ENTRY
#ifdef NEEDS_SYMBOL
extern int kato_test_symbol_that_nobody_has(void);
#endif

KATO_EXPORT const kato_plugin_descriptor* ENTRY(uint32_t host_abi_major, uint32_t host_abi_minor) {
  static const kato_plugin_descriptor descriptor = {.struct_size = (uint32_t)(DESCRIPTOR_SIZE),
                                                    .abi_minor = MINOR,
                                                    .kind = KIND,
                                                    .required_capabilities = CAPABILITIES,
                                                    .id = {ID, sizeof(ID) - 1},
                                                    .version = {VERSION, sizeof(VERSION) - 1},
                                                    .options_schema = {SCHEMA, sizeof(SCHEMA) - 1},
                                                    .provider = PROVIDER,
                                                    .sink = SINK};
  (void)host_abi_major;
  (void)host_abi_minor;
#ifdef NEEDS_SYMBOL
  if (kato_test_symbol_that_nobody_has() != 0) return NULL;
#endif
#ifdef GIVES_NOTHING
  if (host_abi_major == KATO_ABI_MAJOR) return NULL;
#endif
  return &descriptor;
}
#endif
/* NOLINTEND(readability-identifier-naming,bugprone-macro-parentheses) */
