import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { printReference } from './reference.ts'

test('docs/configuration.md tells what the schema says (node tools/configuration-reference.ts)', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('| property |')).split('\n\n')[0] ?? ''
  assert.equal(`${table.trimEnd()}\n`, printReference())
})

test('the reference names every property of the manual', () => {
  const names =
    `log_filename log_options sip_addr sctp_addr cx_server_addr cx_bind_addr cx_origin_realm cx_origin_host
    rx_server_addr rx_bind_addr rx_origin_realm rx_origin_host domain tcp_threshold session_expires precondition
    p_called_party_id ipsec ipsec_aalg_list ipsec_ealg_list qci dialog_timeout auth_on_register_only com_addr com_name
    com_ssl_certificate com_ssl_key com_ssl_peer_verify license_server sms_expires binding_expires subscribe_expires
    user_agent timer_t1 timer_t2 timer_t4 custom_headers sms_retry_delay echo mt_call_sdp_file sms_message_filter
    sms_forced_cp_cause sms_forced_rp_cause ue_db ue_db_filename`.split(/\s+/)
  const user =
    `imsi msisdn sim_algo amf sqn K op opc r c top topc keccak_iter impi impu multi_sim anonymous authentication
    ring_only precondition 100rel res_len authent_type pwd mt_call_sdp_file domain auth_on_register_only
    force_sms_over_sg`.split(/\s+/)
  const text = printReference()
  for (const name of [...names, ...user.map((property) => `ue_db[].${property}`)]) {
    assert.ok(text.includes(`| \`${name}\` |`), name)
  }
})
