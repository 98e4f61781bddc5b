package org.sipoauth.authz.devicegrant;

import java.time.Instant;

/**
 * What a phone asked for, as the person who is to allow it sees it.
 *
 * @param client the client's id
 * @param device the phone's name, as the request gave it
 * @param address where the request came from
 * @param begun when
 */
record Authorization(String client, String device, String address, Instant begun) {}
