/** What the authorization server decides for all registrars of a platform, and how one follows it. */
@NullMarked
package org.sipoauth.registrar.served;

import org.jspecify.annotations.NullMarked;
