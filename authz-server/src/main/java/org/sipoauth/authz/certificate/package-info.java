/** By what certificates that clients show are judged, a phone's or a service's. */
@NullMarked
package org.sipoauth.authz.certificate;

import org.jspecify.annotations.NullMarked;
