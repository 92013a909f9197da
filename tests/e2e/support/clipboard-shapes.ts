/** What a spreadsheet program puts on the clipboard. */
export interface Shape {
  readonly text: string;
  readonly html: string;
}

const OFFICE =
  'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40"';

const style = (decimal: string, thousand: string): string =>
  `<style>\r\n<!--table\r\n\t{mso-displayed-decimal-separator:"\\${decimal}";\r\n\tmso-displayed-thousand-separator:"\\${thousand}";}\r\n.xl65\r\n\t{mso-number-format:Standard;}\r\n-->\r\n</style>`;

/** Excel for Windows with German formats: merged and hidden cells, fixed spaces of an accounting format, a text wrapped in the source. */
export const EXCEL_GERMAN: Shape = {
  text: ' 1.234 \t2\tmanual\r\n7.500\t\tcontract\r\n\t3\ttrend\r\n',
  html: `<html ${OFFICE}><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=ProgId content=Excel.Sheet><meta name=Generator content="Microsoft Excel 15"><link id=Main-File rel=Main-File href="file:///C:/clip.htm">${style(',', '.')}</head>
<body link="#0563C1" vlink="#954F72">

<table border=0 cellpadding=0 cellspacing=0 width=192 style='border-collapse:
 collapse;width:144pt'>
<!--StartFragment-->
 <col width=64 span=3 style='mso-width-source:userset;mso-width-alt:2340;width:48pt'>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65 align=right width=64 style='height:15.0pt;
  width:48pt'><span style='mso-spacerun:yes'>&nbsp;</span>1.234<span
  style='mso-spacerun:yes'>&nbsp;</span></td>
  <td rowspan=2 width=64 style='border-bottom:.5pt solid black;width:48pt'>2</td>
  <td class=xl66 align=right width=64>manual</td>
 </tr>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65 align=right>7.500</td>
  <td class=xl66>contract</td>
 </tr>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65>&nbsp;</td>
  <td align=right>3</td>
  <td>trend</td>
 </tr>
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=64 style='width:48pt'></td>
  <td width=64 style='width:48pt'></td>
  <td width=64 style='width:48pt'></td>
 </tr>
 <![endif]>
<!--EndFragment-->
</table>

</body>

</html>
`,
};

/** Excel on the web: a document inside of an element, without a head of its own. */
export const EXCEL_ONLINE: Shape = {
  text: '1,234\tEUR\r\n15\tCHF',
  html: `<html>\r\n<body>\r\n<!--StartFragment--><div ccp_infra_version='3' ccp_infra_copy_id='' data-ccp-timestamp='1'><html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=ProgId content=Excel.Sheet>${style('.', ',')}</head><body link="#0563C1"><table width=128 style='border-collapse:collapse;width:96pt'><!--StartFragment--><col width=64 style='width:48pt' span=2><tr height=20 style='height:15.0pt'><td class=xl65 align=right>1,234</td><td>EUR</td></tr><tr><td align=right>15</td><td>CHF</td></tr><!--EndFragment--></table></body></html></div><!--EndFragment-->\r\n</body>\r\n</html>`,
};

const value = (member: object): string => JSON.stringify(member).replaceAll('"', '&quot;');

/** Google Sheets with values behind the texts, a cell of two lines, and no end to the last row. */
export const GOOGLE_SHEETS: Shape = {
  text: '1.234\tEUR\n12,5\tUSD',
  html: `<meta charset='utf-8'><google-sheets-html-origin><style type="text/css"><!--td {border: 1px solid #cccccc;}br {mso-data-placement:same-cell;}--></style><table xmlns="http://www.w3.org/1999/xhtml" cellspacing="0" cellpadding="0" dir="ltr" border="1" data-sheets-root="1" style="table-layout:fixed;width:0px"><colgroup><col width="100"/><col width="100"/></colgroup><tbody><tr style="height:21px;"><td style="text-align:right;" data-sheets-numberformat="${value({ 1: 2, 2: '#,##0', 3: 1 })}" data-sheets-value="${value({ 1: 3, 3: 1234 })}">1.234</td><td rowspan="1" colspan="1" data-sheets-value="${value({ 1: 2, 2: 'EUR' })}">EUR</td></tr><tr><td data-sheets-value="${value({ 1: 3, 3: 12.5 })}">12,5</td><td>USD</td></tr></tbody></table></google-sheets-html-origin>`,
};

/** Google Sheets: a text of two lines in quotes beside a number. */
export const GOOGLE_LINES: Shape = {
  text: '"two\nlines"\n',
  html: `<google-sheets-html-origin><table data-sheets-root="1"><tbody><tr><td data-sheets-value="${value({ 1: 2, 2: 'two\nlines' })}">two<br/>lines</td></tr></tbody></table></google-sheets-html-origin>`,
};

/** Excel before 2007 and WPS: the number behind the text in an attribute, text cells marked. */
export const EXCEL_XP: Shape = {
  text: '1.234\tEUR\r\n',
  html: `<html ${OFFICE}><body><table x:str border=0><!--StartFragment--><tr height=17><td height=17 align=right x:num="1234">1.234</td><td class=xl24 x:str="EUR">EUR</td></tr><!--EndFragment--></table></body></html>`,
};
