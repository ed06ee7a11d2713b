/* A render sink in plain C against the C headers alone: "[n] SPEAKER: TEXT", one line a message,
 * numbered through the file. */
/* NOLINTBEGIN(readability-identifier-naming): C has names of its own */
#include <kato/sink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kato_sink_instance {
  uint64_t written; /* messages so far: all that its state is */
};

static void write_bytes(const kato_bytes_writer* out, const char* data, size_t size) {
  const kato_bytes bytes = {(const uint8_t*)data, size};
  if (size > 0) out->write(out->context, bytes);
}

static kato_status open_instance(const kato_host* host, const kato_sink_open_input* input,
                                 kato_sink_instance** out) {
  (void)host;
  *out = NULL;
  kato_sink_instance* const self = calloc(1, sizeof *self);
  if (self == NULL) return KATO_RETRY_LATER;
  if (input->state != NULL) {
    if (input->state->version != 1 || input->state->blob.size != sizeof *self) {
      free(self);
      return KATO_UNSUPPORTED;
    }
    memcpy(self, input->state->blob.data, sizeof *self);
  }
  *out = self;
  return KATO_OK;
}

static void close_instance(kato_sink_instance* self) {
  free(self);
}

static kato_status begin(kato_sink_instance* self, const kato_host* host,
                         const kato_bytes_writer* out) {
  (void)self;
  (void)host;
  write_bytes(out, "# toy\n", 6);
  return KATO_OK;
}

static kato_status append(kato_sink_instance* self, const kato_host* host,
                          const kato_event_list* events, const kato_bytes_writer* out) {
  (void)host;
  for (size_t i = 0; i < events->count; ++i) {
    const kato_event* const event = events->events[i];
    const int is_user = event->kind == KATO_USER_MESSAGE;
    if (!is_user && event->kind != KATO_ASSISTANT_MESSAGE) continue;
    char head[64];
    const int size = snprintf(head, sizeof head, "[%llu] %s: ", (unsigned long long)++self->written,
                              is_user ? "user" : "agent");
    write_bytes(out, head, (size_t)size);
    write_bytes(out, event->payload->text.data, event->payload->text.size);
    write_bytes(out, "\n", 1);
  }
  return KATO_OK;
}

static kato_status save(kato_sink_instance* self, const kato_host* host,
                        const kato_blob_writer* out) {
  (void)host;
  const kato_state_blob state = {sizeof state, 1, {(const uint8_t*)self, sizeof *self}};
  out->state(out->context, &state);
  return KATO_OK;
}

KATO_PLUGIN_NOTE(KATO_PLUGIN_SINK, "toy", "1.0.0", 0);

KATO_EXPORT const kato_plugin_descriptor* KATO_PLUGIN_ENTRY(uint32_t host_abi_major,
                                                            uint32_t host_abi_minor) {
  static const kato_sink_api api = {.struct_size = sizeof api,
                                    .shape = KATO_SINK_RENDER,
                                    .file_extension = {"txt", 3},
                                    .media_type = {"text/plain", 10},
                                    .open = open_instance,
                                    .close = close_instance,
                                    .begin = begin,
                                    .append = append,
                                    .save = save};
  static const kato_plugin_descriptor descriptor = {.struct_size = sizeof descriptor,
                                                    .abi_minor = KATO_ABI_MINOR,
                                                    .kind = KATO_PLUGIN_SINK,
                                                    .id = {"toy", 3},
                                                    .display_name = {"Toy", 3},
                                                    .version = {"1.0.0", 5},
                                                    .author = {"Kato", 4},
                                                    .licence = {"Apache-2.0", 10},
                                                    .sink = &api};
  (void)host_abi_minor;
  return host_abi_major == KATO_ABI_MAJOR ? &descriptor : NULL;
}
/* NOLINTEND(readability-identifier-naming) */
